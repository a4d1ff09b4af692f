import { kinds } from './kinds.js'
import type { Setting } from './setting.js'

/** What a good value is, to follow "must be": `an integer from 0 to 65535`. */
export const expected = (setting: Setting): string => kinds[setting.kind].expected(setting)

/** What holds when the setting is not given, for tables and `--help`. */
export function defaultText(setting: Setting): string {
  const { default: value, unset } = setting
  if (value === undefined) return unset ?? 'none'
  if (typeof value === 'number') return shownNumber(setting, value)
  return typeof value === 'string' ? value : value.join(', ') || 'none'
}

/** The same for production, where it differs there; undefined where it does not. */
export function productionDefaultText(setting: Setting): string | undefined {
  const { productionDefault: value } = setting
  return typeof value === 'number' ? shownNumber(setting, value) : value
}

const shownNumber = ({ kind }: Setting, value: number): string => kinds[kind].show?.(value) ?? String(value)

/** What a text was, for a message about it; passwords in addresses and whole pasted files are left out. */
export function shown(text: string): string {
  if (/\p{Cc}/u.test(text)) return 'was text with control characters or line breaks'
  const plain = text.replace(/\/\/[^/]*@/, '//[hidden]@')
  return `was "${plain.length > 100 ? `${plain.slice(0, 99)}…` : plain}"`
}
