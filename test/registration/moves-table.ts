import type { MoveName, Mover, ServiceState, Standing } from '../../src/registration/index.js'

/** One move from one state, written out here a second time, on purpose: this is not read from what is tested. */
interface Row {
  /** 'back': to the state that it was suspended from */
  readonly to: ServiceState | 'back'
  readonly by: readonly Mover[]
  readonly why?: 'must be told'
}

const withdraw: Row = { to: 'withdrawn', by: ['authority', 'operator'] }
const suspend: Row = { to: 'suspended', by: ['operator'], why: 'must be told' }

export const fromHere: Readonly<Record<ServiceState, Readonly<Partial<Record<MoveName, Row>>>>> = {
  draft: {
    submit: { to: 'submitted', by: ['authority', 'operator'] },
    withdraw,
  },
  submitted: {
    return: { to: 'draft', by: ['operator'], why: 'must be told' },
    'open-test': { to: 'test', by: ['operator', 'gateway'] },
    withdraw,
  },
  test: {
    accept: { to: 'accepted', by: ['operator'] },
    suspend,
    withdraw,
  },
  accepted: {
    open: { to: 'production', by: ['operator'] },
    'back-to-test': { to: 'test', by: ['operator'], why: 'must be told' },
    suspend,
    withdraw,
  },
  production: {
    'back-to-test': { to: 'test', by: ['operator'], why: 'must be told' },
    suspend,
    withdraw,
  },
  suspended: {
    resume: { to: 'back', by: ['operator'], why: 'must be told' },
    withdraw,
  },
  withdrawn: {},
}

export const movers: readonly Mover[] = ['authority', 'operator', 'gateway']

/** Told nothing, told nothing in so many words, told something. */
export const reasons = [null, '', ' \t\n', 'because of it'] as const

/** Every place a service can have. */
export const standings: readonly Standing[] = [
  { state: 'draft', suspendedFrom: null },
  { state: 'submitted', suspendedFrom: null },
  { state: 'test', suspendedFrom: null },
  { state: 'accepted', suspendedFrom: null },
  { state: 'production', suspendedFrom: null },
  { state: 'suspended', suspendedFrom: 'test' },
  { state: 'suspended', suspendedFrom: 'accepted' },
  { state: 'suspended', suspendedFrom: 'production' },
  { state: 'withdrawn', suspendedFrom: null },
]

/** Where a move leads by the table above; null where it cannot be made. */
export function whereTo(standing: Standing, move: MoveName, by: Mover, reason: string | null): Standing | null {
  const row = fromHere[standing.state][move]
  if (row === undefined || !row.by.includes(by)) return null
  if (row.why === 'must be told' && reason !== 'because of it') return null
  if (row.to === 'back') return { state: standing.suspendedFrom!, suspendedFrom: null }
  return { state: row.to, suspendedFrom: row.to === 'suspended' ? standing.state : null }
}
