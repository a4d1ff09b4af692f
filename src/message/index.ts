/** The domain: plain English types, states and rules. Pure; knows no XML, no database, no clock. */
export * from './types.js'
export * from './outcomes.js'
export { isFailure, isFinal, mayFollow, states, type StateCode } from './states.js'
