import { basics } from './settings/basics.js'
import { contract } from './settings/contract.js'
import { trust } from './settings/trust.js'
import { certificates } from './settings/certificates.js'
import { keys } from './settings/keys.js'
import { tls } from './settings/tls.js'
import { limits } from './settings/limits.js'
import { database } from './settings/database.js'
import { delivery } from './settings/delivery.js'
import { channels } from './settings/channels.js'
import type { ConfigOf, Setting } from './setting.js'

/**
 * Every setting of the gateway, once, a file for each part of the README's table. The Config's type, the checks at
 * start, `--help` and that table all come from this list.
 */
export const settings = [
  ...basics,
  ...contract,
  ...trust,
  ...certificates,
  ...keys,
  ...tls,
  ...limits,
  ...database,
  ...delivery,
  ...channels,
] as const satisfies readonly Setting[]

export type Config = ConfigOf<typeof settings>
