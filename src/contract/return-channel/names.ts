import { namespaces } from '../names.js'

/** Which elements an authority's receiver knows (paluukanava.md). */
export type Generation = 'old' | 'new'

/** What the gateway asks of a return channel: to take states of items, or what citizens have written. */
export type PushOperation = 'pushStates' | 'pushMessages'

/** Wire names; both generations have the same, in the namespace of the old contract. */
export const pushNames = {
  pushStates: 'VieKohdeTiloja',
  pushMessages: 'VieKohteita',
} as const satisfies Record<PushOperation, string>

export const PUSH_NAMESPACE = namespaces.authority

/** The operation that an element of a Body means; null for any other element. */
export function pushOperationOf({ namespace, local }: { namespace: string; local: string }): PushOperation | null {
  if (namespace !== PUSH_NAMESPACE) return null
  const found = Object.entries(pushNames).find(([, name]) => name === local)
  return (found?.[0] as PushOperation | undefined) ?? null
}

/** Names of the published files, without their endings. */
export const pushFiles = { old: 'Paluukanava', new: 'PaluukanavaUusi' } as const satisfies Record<Generation, string>
