import { groupBy } from './group.mjs'
import { hasReports } from './world.mjs'

/**
 * What came to the return channel against what had to: each reported state of each message at least once, exactly once
 * by the documented key (AsiointitiliTunniste, KohteenTila), in its order, under one SanomaTunniste however often.
 * Counts nothing in a build without a return channel.
 */
export async function countReports({ place, receiver, db }, messages) {
  if (!hasReports(place)) return { violations: {}, facts: {} }
  const own = new Map(messages.map((message) => [message.number, message]))
  const pushes = receiver.received.filter(({ number }) => own.has(number))
  const byNumber = groupBy(
    pushes.filter(({ isTaken }) => isTaken),
    ({ number }) => number,
  )
  const expectedOf = ({ events }) => events.filter(({ source }) => source !== 'intake').map(({ state }) => state)
  const firsts = (number) => [...new Set((byNumber.get(number) ?? []).map(({ state }) => state))]
  const keyed = groupBy(pushes, ({ number, state }) => `${number} ${state}`)
  const known = await db.query('select number::text from message')
  const numbers = new Set(known.rows.map(({ number }) => number))
  let [missing, unknown, disorder] = [0, 0, 0]
  for (const message of messages) {
    const [expected, came] = [expectedOf(message), firsts(message.number)]
    missing += expected.filter((state) => !came.includes(state)).length
    unknown += came.filter((state) => !expected.includes(state)).length
    disorder += came.some((state, i) => i > 0 && came[i - 1] > state) ? 1 : 0
  }
  return {
    violations: {
      'I7 unreported': missing,
      'I7 untrue report': unknown + receiver.received.filter(({ number }) => !numbers.has(number)).length,
      'I7 report order': disorder,
      'I7 report keys': [...keyed.values()].filter((same) => new Set(same.map((one) => one.exchangeId)).size > 1)
        .length,
    },
    facts: { reports: keyed.size, pushes: pushes.length },
  }
}
