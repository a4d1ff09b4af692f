/** The only source of "now" above the database. Tests and the sandbox pass another one. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }
