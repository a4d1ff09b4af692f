import { readFileSync } from 'node:fs'
import { settings } from './schema.js'
import { shown } from './describe.js'
import type { Setting } from './setting.js'

/** What the environment gives, and what is wrong with the giving itself; both by name. */
export interface Given {
  texts: Map<string, string>
  problems: Map<string, string>
}

export const twinOf = (secret: Setting): string => `${secret.env}_FILE`

/** Collects the settings, secrets also from the files their `_FILE` twins name, and every other `ASTI_` name. */
export function readGiven(env: NodeJS.ProcessEnv): Given {
  const given: Given = { texts: new Map(), problems: new Map() }
  const twins = new Set<string>()
  for (const setting of settings as readonly Setting[]) {
    if (setting.secret) {
      twins.add(twinOf(setting))
      readSecret(setting, env, given)
    } else if (isGiven(env[setting.env])) given.texts.set(setting.env, env[setting.env]!)
  }
  for (const [name, text] of Object.entries(env)) {
    // In any case, or a name in small letters would be passed over in silence.
    if (/^ASTI_/i.test(name) && isGiven(text) && !twins.has(name)) given.texts.set(name, text!)
  }
  return given
}

/** An empty variable, as compose files and shells make them, is one that was not set. */
const isGiven = (text: string | undefined): boolean => text !== undefined && text.trim() !== ''

function readSecret(setting: Setting, env: NodeJS.ProcessEnv, { texts, problems }: Given): void {
  const value = env[setting.env]
  const file = env[twinOf(setting)]
  if (isGiven(value)) texts.set(setting.env, value!)
  if (!isGiven(file)) return
  if (isGiven(value)) {
    problems.set(setting.env, `${setting.env} and ${twinOf(setting)} are both set, give only one of them`)
    return
  }
  try {
    const content = readFileSync(file!, 'utf8').replace(/\r?\n$/, '')
    if (content.trim() === '') throw new Error('it is empty')
    texts.set(setting.env, content)
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message
    problems.set(setting.env, `${twinOf(setting)} must name a file with the value, ${shown(file!)} (${reason})`)
  }
}
