import type { Sensitive } from '../sensitive.js'

/** What a setting's text is read as, and the type it has in the Config. */
interface ValueOfKind {
  choice: string
  switch: 'on' | 'off'
  integer: number
  bytes: number
  duration: number
  host: string
  headerName: string
  path: string
  password: string
  paths: readonly string[]
  httpUrl: string
  postgresUrl: string
  smtpUrl: string
  mailSender: string
  smsSender: string
  sftpUrl: string
  scannerUrl: string
  addresses: readonly string[]
  mediaTypes: readonly string[]
}

export type Kind = keyof ValueOfKind

/** The parts of the README's table, in its order. */
export const groups = [
  'Basics',
  'Contract',
  'Trust',
  'Certificates',
  'Keys',
  'TLS',
  'Limits',
  'Database',
  'Delivery',
  'Channels',
] as const

/** One setting, declared once in schema.ts. Defaults are written in the Config's own units: bytes, milliseconds. */
export interface Setting {
  env: string
  key: string
  group: (typeof groups)[number]
  kind: Kind
  /** One line, for operators. */
  description: string
  /** Of an integer; sizes are bytes and durations milliseconds. */
  unit?: string
  values?: readonly string[]
  /** Those of the values that production refuses. */
  sandboxValues?: readonly string[]
  min?: number
  max?: number
  default?: string | number | readonly string[]
  productionDefault?: string | number
  /** What happens when a setting without default is not given. */
  unset?: string
  /** Never shown, has a `_FILE` twin, and is a Sensitive in the Config. */
  secret?: true
  required?: 'production'
  /** Another setting that must be given whenever this one is, other than with its default. */
  goesWith?: string
  /** Another setting whose value this one may not be below. */
  atLeast?: string
}

type ValueOf<S extends Setting> = S extends { values: readonly (infer V)[] } ? V : ValueOfKind[S['kind']]
type Guarded<S extends Setting> = S extends { secret: true } ? Sensitive<ValueOf<S>> : ValueOf<S>
type Optional<S extends Setting> = S extends { default: NonNullable<Setting['default']> }
  ? Guarded<S>
  : Guarded<S> | undefined

/** The Config that a list of settings declares: every key is there, those without a default may be undefined. */
export type ConfigOf<S extends readonly Setting[]> = { readonly [One in S[number] as One['key']]: Optional<One> }
