import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { countReports } from './count-reports.mjs'
import { groupBy } from './group.mjs'
import { contentHash, sha256 } from './letters.mjs'

/** Of these the whole way back is walked: what a mailbox shows, and the request kept as evidence. */
const SAMPLE = 40

/**
 * Counts what must be zero (docs/faults.md: I1–I8) for the letters of a ledger, and what is worth knowing besides.
 * @param world  { place, db, sealer, receiver }
 */
export async function countViolations(world, ledger, { finished, drained }) {
  const { db } = world
  const rows = await readStored(world, ledger.tag)
  const byReference = groupBy(rows, ({ reference }) => reference)
  const entries = [...ledger.letters]
  const told = entries.filter(([, { ids, toldDuplicate }]) => ids.size > 0 || toldDuplicate)
  const stored = entries.filter(([reference]) => byReference.has(reference))
  const messages = rows.filter(({ messageId }) => messageId !== null)
  const where = (holds) => messages.filter(holds).length
  const { sweep } = await world.place.load('store/index.js')
  const reports = await countReports(world, messages)
  const violations = {
    'I1 lost': told.filter(([reference]) => !byReference.has(reference)).length,
    'I2 ids': stored.filter(([reference, entry]) => !hasOneId(byReference.get(reference), entry)).length,
    'I3 unexpected': rows.filter(({ reference }) => !ledger.letters.has(reference)).length,
    'I4 damaged': await countDamaged(world, ledger, rows),
    'I5 no delivery':
      where(({ deliveries }) => toMailbox(deliveries).length !== 1) + (await sweep.findOrphans(db)).length,
    'I6 undelivered': where(({ state, deliveries }) => !hasArrived(state, toMailbox(deliveries))),
    'I6 given up': where(({ deliveries }) => deliveries.some((delivery) => delivery.state === 'dead')),
    'I6 open': drained ? 0 : await countOpen(db),
    'I7 not once': where(({ events, delivered }) => !isOnceAndInOrder(events) || delivered > 1),
    'I7 attempts': await countUnended(db),
    'I8 wrong answers': ledger.wrong.length,
    'no answer': finished ? 0 : entries.length - told.length,
    ...reports.violations,
  }
  return {
    violations: Object.fromEntries(Object.entries(violations).filter(([, count]) => count > 0)),
    facts: {
      messages: messages.length,
      tries: ledger.tries,
      others: ledger.others,
      repeated: stored.filter(([, { ids }]) => ids.size === 0).length,
      attempts: messages.reduce((sum, { attempts }) => sum + attempts, 0),
      ...reports.facts,
    },
    wrong: [...new Set(ledger.wrong)],
  }
}

const readStored = async ({ db }, tag) =>
  (
    await db.query(
      `select i.bucket, i.id as "itemId", i.reference, i.submission_id as "submissionId", i.operation, i.sealed_content as sealed,
         m.id as "messageId", m.number::text, m.state,
         (select coalesce(json_agg(json_build_object('channel', d.channel, 'purpose', d.purpose, 'state', d.state,
            'reason', d.reason)), '[]') from delivery d where d.bucket = m.bucket and d.message_id = m.id) as deliveries,
         (select coalesce(json_agg(json_build_object('state', e.state, 'source', e.source) order by e.id), '[]')
            from state_event e where e.bucket = m.bucket and e.message_id = m.id) as events,
         (select count(*)::int from delivery d join attempt a on a.bucket = d.bucket and a.delivery_id = d.id
            where d.bucket = m.bucket and d.message_id = m.id) as attempts,
         (select count(*)::int from delivery d join attempt a on a.bucket = d.bucket and a.delivery_id = d.id
            where d.bucket = m.bucket and d.message_id = m.id and d.channel = 'mailbox' and a.outcome = 'delivered') as delivered
       from item i left join message m on m.bucket = i.bucket and m.item_id = i.id where i.reference like $1`,
      [`${tag}-%`],
    )
  ).rows

const toMailbox = (deliveries) =>
  deliveries.filter(({ channel, purpose }) => channel === 'mailbox' && purpose === 'message')

const hasArrived = (state, deliveries) =>
  deliveries.every((delivery) =>
    delivery.state === 'dead'
      ? delivery.reason !== null
      : delivery.state === 'delivered' && state >= 200 && state !== 202,
  )

/** Visible once, and every state after the one before. */
function isOnceAndInOrder(events) {
  const codes = events.map(({ state }) => (state === 202 ? 0 : state))
  return codes.filter((code) => code === 200).length === 1 && codes.every((code, i) => i === 0 || codes[i - 1] < code)
}

function hasOneId(rows, { letter, ids }) {
  if (rows.length !== 1 || rows[0].messageId === null || ids.size > 1) return false
  const id = letter.operation === 'LahetaViesti' ? rows[0].submissionId : rows[0].number
  return [...ids].every((told) => told === id)
}

async function countDamaged(world, ledger, rows) {
  const { db, sealer, place } = world
  const { messages } = await place.load('store/index.js')
  const { rows: files } = await db.query(
    `select a.item_id as "itemId", a.position, encode(a.sha256, 'hex') as told,
       encode(sha256(string_agg(d.body, ''::bytea order by d.seq)), 'hex') as real
     from item i join attachment a on a.bucket = i.bucket and a.item_id = i.id
     left join attachment_data d on d.bucket = a.bucket and d.attachment_id = a.id
     where i.reference like $1 group by a.item_id, a.id, a.position, a.sha256 order by a.position`,
    [`${ledger.tag}-%`],
  )
  const filesOf = groupBy(files, ({ itemId }) => itemId)
  const isWhole = ({ itemId, reference, sealed }) => {
    const own = filesOf.get(itemId) ?? []
    const letter = ledger.letters.get(reference)?.letter
    if (letter === undefined) return true // counted as I3
    const { body } = JSON.parse(sealer.open(sealed, messages.purposes.content).toString('utf8'))
    const sent = contentHash(letter.text, letter.files.map(sha256))
    const hashes = own.map(({ real }) => real)
    return own.every(({ told, real }) => told === real) && contentHash(body, hashes) === sent
  }
  const damaged = rows.filter((row) => !isWhole(row)).length
  let shown = 0
  for (const row of rows.slice(0, SAMPLE))
    if (row.messageId !== null && !(await isShownWhole(world, ledger, row))) shown++
  return damaged + shown
}

/** What a mailbox shows, read as its channel reads it; and the original request, byte for byte. */
async function isShownWhole({ db, sealer, place }, ledger, { bucket, messageId, reference, submissionId }) {
  const { letters, attachments, evidence } = await place.load('store/index.js')
  const letter = ledger.letters.get(reference)?.letter
  if (letter === undefined) return true
  try {
    const shown = await letters.findLetter(db, sealer, { bucket, messageId })
    const hashes = []
    for (const file of shown.files) {
      const pieces = attachments.readAttachmentData(db, { bucket, attachmentId: file.id }, file.sha256)
      hashes.push(sha256(await buffer(Readable.from(pieces))))
    }
    const original = await evidence.readEvidence(db, sealer, submissionId)
    return (
      contentHash(shown.content.reveal().body, hashes) === contentHash(letter.text, letter.files.map(sha256)) &&
      ledger.requests.has(sha256(original))
    )
  } catch {
    return false
  }
}

/** What is still to leave; reminders wait for days. */
export const countOpen = async (db) =>
  (
    await db.query(
      `select count(*)::int as n from delivery where state in ('ready', 'leased', 'scheduled') and purpose <> 'reminder'`,
    )
  ).rows[0].n

/** Attempts that never ended, of deliveries that have. */
const countUnended = async (db) =>
  (
    await db.query(
      `select count(*)::int as n from attempt a join delivery d on d.bucket = a.bucket and d.id = a.delivery_id
       where a.outcome is null and d.finished_at is not null`,
    )
  ).rows[0].n
