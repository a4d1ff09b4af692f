import { byteText, number, printRows, spreadText } from './table.mjs'

const verdict = (isMet) => (isMet ? 'met' : 'NOT MET')
const HONEST_AT_MOST = 1
const GROWTH_AT_MOST = 1.5
const LATENCY = { times: 3, plusMs: 20 }

/** What is refused before anybody is known, and apart from it what only a registered key can send. */
export function printHostile(results, layout) {
  const head = [
    'attack',
    'code',
    'size',
    'CPU ms (min–max)',
    '÷ honest',
    '÷ many elements',
    'gateway CPU ms (min–max)',
    '÷ honest',
    'target under 1',
  ]
  const rows = (some) =>
    some.map(({ name, code, bytes, sentBytes, verification, endpoint }) => [
      name,
      code,
      sentBytes === bytes ? byteText(bytes) : `${byteText(bytes)} from ${byteText(sentBytes)}`,
      verification ? spreadText(verification.attack.cpuMs) : '–',
      verification ? number(verification.ratio.median) : '–',
      verification ? number(verification.richRatio.median) : '–',
      spreadText(endpoint.attack.cpuMs),
      number(endpoint.ratio.median),
      verdict(
        (verification === undefined || verification.ratio.median < HONEST_AT_MOST) &&
          endpoint.ratio.median < HONEST_AT_MOST,
      ),
    ])
  const [known, unknown] = [true, false].map((is) => results.filter(({ authenticated }) => authenticated === is))
  printRows(
    'Refused before the sender is known, beside honest requests of the same size',
    [head, ...rows(unknown)],
    layout,
  )
  printRows('Refused after a registered key has proven right', [head, ...rows(known)], layout)
}

export function printLinear(results, layout) {
  const most = Math.max(...results.map(({ steps }) => steps.length))
  const head = [
    'more and more of',
    'largest',
    'fixed ms',
    ...Array.from({ length: most }, (_, i) => `µs each, step ${i + 1}`),
    'largest ÷ second',
    `target ${GROWTH_AT_MOST}`,
  ]
  const rows = results.map(({ name, unit, fixedMs, steps, growth }) => [
    name,
    `${steps.at(-1).n.toLocaleString('en')} × ${unit}, ${byteText(steps.at(-1).bytes)}`,
    number(fixedMs.min),
    ...Array.from({ length: most }, (_, i) => (steps[i] === undefined ? '' : number(steps[i].perUnitUs))),
    growth === null ? '–' : number(growth),
    growth === null ? 'too cheap to tell' : verdict(growth <= GROWTH_AT_MOST),
  ])
  printRows('What one more costs, fixed cost taken off; each step is twice the one before', [head, ...rows], layout)
}

export function printIsolation({ settings, results }, layout) {
  console.log(
    `\nLimits: ${Object.entries(settings)
      .map((pair) => pair.join('='))
      .join(' ')}`,
  )
  const head = [
    'beside',
    'p50 ms alone',
    'attacked',
    'p99 ms alone',
    'attacked',
    'p99 ÷',
    'refused',
    'gateway CPU',
    'the flood was answered',
    `target ${LATENCY.times} × + ${LATENCY.plusMs} ms`,
  ]
  const rows = results.map(({ name, alone, attacked, ratio, floodAnswers }) => [
    name,
    number(alone.p50Ms),
    number(attacked.p50Ms),
    number(alone.p99Ms),
    number(attacked.p99Ms),
    number(ratio),
    String(attacked.refused.length),
    `${number(attacked.cpuShare * 100)} %`,
    Object.entries(floodAnswers)
      .map(([status, count]) => `${count} × ${status}`)
      .join(', ') || 'not yet',
    verdict(attacked.p99Ms <= LATENCY.times * alone.p99Ms + LATENCY.plusMs && attacked.refused.length === 0),
  ])
  printRows('An honest caller while another address attacks', [head, ...rows], { ...layout, left: 1 })
  for (const { name, alone, attacked } of results)
    for (const reason of new Set([...alone.refused, ...attacked.refused]))
      console.log(`  refused beside ${name}: ${reason}`)
}
