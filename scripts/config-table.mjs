/**
 * Prints the settings as Markdown tables, one for each group, from the built schema (`npm run build` first).
 *
 *   node scripts/config-table.mjs                    prints them
 *   node scripts/config-table.mjs --write README.md  puts them between <!-- config:begin --> and <!-- config:end -->
 *   node scripts/config-table.mjs --check README.md  exits with 1 if the file says anything else
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { defaultText, expected, productionDefaultText } from '../dist/config/describe.js'
import { settings } from '../dist/config/schema.js'
import { groups } from '../dist/config/setting.js'

const BEGIN = '<!-- config:begin -->'
const END = '<!-- config:end -->'

const cell = (text) => text.replaceAll('|', '\\|')
const sentence = (text) => text[0].toUpperCase() + text.slice(1)

function valueText(setting) {
  const article = /^an? /
  const text = sentence(expected(setting).replace(article, ''))
  return setting.secret ? `${text}. A secret: \`${setting.env}_FILE\` may name a file that holds it` : text
}

function presetText(setting) {
  const text = defaultText(setting)
  const preset = setting.default === undefined || text === 'none' ? text : `\`${text}\``
  const inProduction = productionDefaultText(setting)
  if (inProduction !== undefined) return `${preset}; production: \`${inProduction}\``
  return setting.required === 'production' ? `${preset}; **production: required**` : preset
}

function table(group) {
  const rows = settings
    .filter((setting) => setting.group === group)
    .map((setting) => [`\`${setting.env}\``, setting.description, valueText(setting), presetText(setting)])
  const lines = [['Variable', 'Meaning', 'Value', 'Default'], ['---', '---', '---', '---'], ...rows]
  return [`**${group}**`, '', ...lines.map((cells) => `| ${cells.map(cell).join(' | ')} |`)].join('\n')
}

/** The file's text with new tables between the two marks. */
function withTables(text, file) {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`${file} has no ${BEGIN} followed by ${END}`)
  return `${text.slice(0, begin + BEGIN.length)}\n\n${tables}\n\n${text.slice(end)}`
}

const tables = groups.map(table).join('\n\n')
const [task, file = 'README.md'] = process.argv.slice(2)
if (task === undefined) {
  console.log(tables)
} else if (task === '--write' || task === '--check') {
  const text = readFileSync(file, 'utf8')
  const wanted = withTables(text, file)
  if (task === '--write' && wanted !== text) writeFileSync(file, wanted)
  if (task === '--check' && wanted !== text) {
    console.error(`${file} differs from the schema; run: node scripts/config-table.mjs --write ${file}`)
    process.exitCode = 1
  }
} else {
  console.error('Usage: node scripts/config-table.mjs [--write FILE | --check FILE]')
  process.exitCode = 2
}
