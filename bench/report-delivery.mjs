import { byteText, number, printRows } from './table.mjs'

export function printDelivery({ drained, pickUps }, layout) {
  const { queued, perSecond, cpuMs, databaseCpuMs, residentBytes, peakBytes } = drained
  const head = ['queued', 'deliveries/s', 'worker CPU ms each', 'PostgreSQL CPU ms each']
  const memory = ['resident at start', 'in the middle', 'at the end', 'peak']
  const row = [
    queued.toLocaleString('en'),
    number(perSecond),
    number(cpuMs),
    databaseCpuMs === null ? '–' : number(databaseCpuMs),
    ...[...residentBytes, peakBytes].map(byteText),
  ]
  printRows('A queue of mailbox deliveries, one worker', [[...head, ...memory], row], { ...layout, left: 0 })
  const rows = pickUps.map(({ from, letters, p50Ms, p99Ms }) => [from, String(letters), number(p50Ms), number(p99Ms)])
  printRows('Pick-up: from stored to the first attempt', [['how', 'letters', 'p50 ms', 'p99 ms'], ...rows], {
    ...layout,
    left: 1,
  })
}
