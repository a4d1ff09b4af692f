import { number, printRows, spreadText } from './table.mjs'

const MB = 1_000_000

export function printMachine(machine) {
  console.log(`${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}`)
  console.log(
    `Node ${machine.node}, OpenSSL ${machine.openssl}, PostgreSQL ${machine.postgres}, commit ${machine.commit}`,
  )
  const { sha256Ms, rsaVerifyMs } = machine.calibration
  console.log(
    `at start: load average ${machine.loadAverage.join(' ')}, SHA-256 of 14 MB ${number(sha256Ms)} ms, RSA-2048 verify ${rsaVerifyMs.toFixed(3)} ms of CPU`,
  )
}

/** @param columns  [key of a result, its title] of the handlers, ours first */
export function printTable(title, results, columns, layout) {
  const hasDatabase = results.some((result) => columns.some(([key]) => result[key].databaseCpuMs))
  const head = [
    'size',
    'handler',
    'requests/s',
    'p50 ms',
    'p99 ms',
    'CPU ms (min–max)',
    'peak MB, one (× size)',
    'peak MB, load',
  ]
  const rows = results.flatMap((result) =>
    columns.map(([key, name], i) => {
      const { perSecond, p50Ms, p99Ms, cpuMs, peakBytes, loadPeakBytes, databaseCpuMs } = result[key]
      const database = databaseCpuMs === undefined ? '–' : number(databaseCpuMs.median)
      return [
        i === 0 ? result.size : '',
        name,
        number(perSecond.median),
        number(p50Ms),
        number(p99Ms),
        spreadText(cpuMs),
        peakBytes === undefined ? '–' : peakText(peakBytes.median, result.bytes),
        megabytes(loadPeakBytes),
        ...(hasDatabase ? [database] : []),
      ]
    }),
  )
  printRows(title, [[...head, ...(hasDatabase ? ['PostgreSQL CPU ms'] : [])], ...rows], layout)
}

/** The targets of the issue; the bench tells, it does not judge. */
export function printVerdicts({ verify, endpoint }) {
  if (verify === undefined && endpoint === undefined) return
  console.log('\nRatios: median of rounds beside each other (min–max)\n')
  const targets = { '5 KB': 2, '14 MB': 20 }
  for (const { size, cpuRatio } of verify ?? []) {
    verdict(`${size}: CPU of straightforward ÷ CPU of our verification`, cpuRatio, { atLeast: targets[size] })
  }
  for (const { size, cpuRatio, gateway, plain } of endpoint ?? []) {
    verdict(`${size}: CPU of plain server ÷ CPU of the gateway's process`, cpuRatio, {})
    const perSecond = gateway.perSecond.median / plain.perSecond.median
    console.log(`  ${size}: requests/s of the gateway ÷ requests/s of the plain server: ${number(perSecond)}`)
  }
  const largest = endpoint?.at(-1)
  if (largest !== undefined) {
    const { median, min, max } = largest.gateway.peakBytes
    const times = { median: median / largest.bytes, min: min / largest.bytes, max: max / largest.bytes }
    verdict(`${largest.size}: gateway's memory above idle for one request ÷ its size`, times, { under: 4 })
  }
}

function verdict(text, value, { atLeast, under }) {
  const isMet = atLeast === undefined ? value.median < under : value.median >= atLeast
  const wish = atLeast === undefined ? `under ${under}` : `at least ${atLeast}`
  const end = atLeast === undefined && under === undefined ? '' : `  target ${wish}: ${isMet ? 'met' : 'NOT MET'}`
  console.log(`  ${text}: ${spreadText(value)}${end}`)
}

export function printProfiles(profiles) {
  for (const { file, owners, functions } of profiles) {
    console.log(`\n${file}\n`)
    console.log(`  ${owners.map(({ name, share }) => `${name} ${(share * 100).toFixed(0)} %`).join(', ')}\n`)
    for (const { name, share } of functions) console.log(`  ${(share * 100).toFixed(1).padStart(5)} %  ${name}`)
  }
}

/** The kernel counts resident pages in batches: less than a megabyte says nothing. */
const megabytes = (bytes) => (bytes < MB ? 'under 1' : number(bytes / MB))

const peakText = (peak, size) => (peak < MB ? 'under 1' : `${megabytes(peak)} (${number(peak / size)})`)
