const ascending = (values) => [...values].sort((a, b) => a - b)

export const percentile = (values, share) => {
  const sorted = ascending(values)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]
}

export function median(values) {
  const sorted = ascending(values)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The median with the least and the greatest, which say how much to believe it. */
export const spread = (values) => ({ median: median(values), min: Math.min(...values), max: Math.max(...values) })

/** What rounds of one handler at one size come to. */
export function summarize(rounds) {
  const durations = rounds.flatMap(({ durationsMs }) => durationsMs)
  const per = (pick) => spread(rounds.map((round) => pick(round) / round.durationsMs.length))
  return {
    requests: durations.length,
    perSecond: spread(rounds.map(({ durationsMs, elapsedMs }) => (durationsMs.length / elapsedMs) * 1000)),
    p50Ms: percentile(durations, 0.5),
    p99Ms: percentile(durations, 0.99),
    cpuMs: per((round) => round.cpuMs),
    ...(rounds.every(({ databaseCpuMs }) => typeof databaseCpuMs === 'number') && {
      databaseCpuMs: per((round) => round.databaseCpuMs),
    }),
  }
}

/** How many times the CPU of `ours` a request costs `theirs`, round against the round beside it. */
export function cpuRatio(theirs, ours) {
  const cost = ({ cpuMs, durationsMs }) => cpuMs / durationsMs.length
  return spread(ours.map((round, i) => cost(theirs[i]) / cost(round)))
}
