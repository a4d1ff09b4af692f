import { controls } from './controls.mjs'
import { embeddedScenario } from './embedded.mjs'
import { diskScenario } from './disk.mjs'
import { fleetScenarios } from './fleet.mjs'
import { nthScenario } from './nth.mjs'
import { powercutScenario } from './powercut.mjs'
import { receiverScenarios } from './receiver.mjs'

/** In the order in which they run: { name, title, isLongOnly, expects, run(context) → row | { skipped } }. */
export const SCENARIOS = [
  ...fleetScenarios,
  ...receiverScenarios,
  embeddedScenario,
  nthScenario,
  diskScenario,
  powercutScenario,
  ...controls,
]

export const NAMES = Object.fromEntries(SCENARIOS.map(({ name, title }) => [name, title]))
