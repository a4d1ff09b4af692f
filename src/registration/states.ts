import { RegistrationError } from './errors.js'

/** What a service was registered for; it acts there only once it has been opened (`environmentOf`). */
export type Environment = 'test' | 'production'

export const serviceStates = ['draft', 'submitted', 'test', 'accepted', 'production', 'suspended', 'withdrawn'] as const

/**
 * draft: being prepared. submitted: waits for an operator. test: may send to artificial persons. accepted: the same, and
 * approved for production. production: sends to real persons, and to no others. suspended: nothing is taken from it.
 * withdrawn: for good.
 */
export type ServiceState = (typeof serviceStates)[number]

/** Who makes a move: the authority by a signed request, an operator, or the gateway by itself (sandbox). */
export type Mover = 'authority' | 'operator' | 'gateway'

interface Move {
  readonly from: readonly ServiceState[]
  /** 'before': the state that it was suspended from */
  readonly to: ServiceState | 'before'
  readonly by: readonly Mover[]
  /** whether somebody has to say why */
  readonly needsReason: boolean
  /** what must not miss anything (requirements.ts) */
  readonly needs: Needs | 'before'
  /** whether what was approved before it has to be approved again */
  readonly voidsApprovals?: true
}

/** opening: production, on the announced day or later. */
export type Needs = 'nothing' | 'test' | 'production' | 'opening'

/** Every move there is; what is not here cannot happen. */
export const moves = {
  submit: {
    from: ['draft'],
    to: 'submitted',
    by: ['authority', 'operator'],
    needsReason: false,
    needs: 'nothing',
  },
  return: { from: ['submitted'], to: 'draft', by: ['operator'], needsReason: true, needs: 'nothing' },
  'open-test': {
    from: ['submitted'],
    to: 'test',
    by: ['operator', 'gateway'],
    needsReason: false,
    needs: 'test',
  },
  accept: { from: ['test'], to: 'accepted', by: ['operator'], needsReason: false, needs: 'production' },
  'back-to-test': {
    from: ['accepted', 'production'],
    to: 'test',
    by: ['operator'],
    needsReason: true,
    needs: 'nothing',
    voidsApprovals: true,
  },
  open: { from: ['accepted'], to: 'production', by: ['operator'], needsReason: false, needs: 'opening' },
  suspend: {
    from: ['test', 'accepted', 'production'],
    to: 'suspended',
    by: ['operator'],
    needsReason: true,
    needs: 'nothing',
  },
  resume: { from: ['suspended'], to: 'before', by: ['operator'], needsReason: true, needs: 'before' },
  withdraw: {
    from: ['draft', 'submitted', 'test', 'accepted', 'production', 'suspended'],
    to: 'withdrawn',
    by: ['authority', 'operator'],
    needsReason: false,
    needs: 'nothing',
  },
} as const satisfies Record<string, Move>

export type MoveName = keyof typeof moves
export const moveNames = Object.keys(moves) as MoveName[]

/** A service's place among the states; `suspendedFrom` is set while it is suspended, and only then. */
export interface Standing {
  readonly state: ServiceState
  readonly suspendedFrom: ServiceState | null
}

/**
 * Where a move leads.
 * @throws RegistrationError MOVE_NOT_POSSIBLE
 */
export function standingAfter(
  { state, suspendedFrom }: Standing,
  name: MoveName,
  { by, reason }: { by: Mover; reason: string | null },
): Standing {
  const move: Move = moves[name]
  if (!move.from.includes(state)) throw impossible(`A service in the state ${state} cannot ${name}`)
  if (!move.by.includes(by)) throw impossible(`${name} is not for the ${by} to decide`)
  if (move.needsReason && (reason ?? '').trim() === '') throw impossible(`${name} needs a reason`)
  // A suspension is lifted by whoever may lift it; a service that ends has no state to go back to.
  if (move.to !== 'before') return { state: move.to, suspendedFrom: move.to === 'suspended' ? state : null }
  if (suspendedFrom === null) throw impossible('It is not known which state the service was suspended from')
  return { state: suspendedFrom, suspendedFrom: null }
}

/** What a move needs here: back in production a service has all that it took to open it. */
export function needsOf(name: MoveName, { suspendedFrom }: Pick<Standing, 'suspendedFrom'>): Needs {
  const { needs } = moves[name]
  return needs !== 'before' ? needs : suspendedFrom === 'production' ? 'opening' : 'nothing'
}

export function voidsApprovals(name: MoveName): boolean {
  const move: Move = moves[name]
  return move.voidsApprovals === true
}

/** Moves that somebody could make now, whatever else they need. */
export const movesFrom = (state: ServiceState, by: Mover): MoveName[] =>
  moveNames.filter((name) => {
    const move: Move = moves[name]
    return move.from.includes(state) && move.by.includes(by)
  })

/** Whether messages are taken from a service in this state. */
export const isOpen = (state: ServiceState): boolean => ['test', 'accepted', 'production'].includes(state)

/** Where a service acts: real persons only once it has been opened to production. */
export const environmentIn = (state: ServiceState): Environment => (state === 'production' ? 'production' : 'test')

const impossible = (message: string): RegistrationError => new RegistrationError('MOVE_NOT_POSSIBLE', message)
