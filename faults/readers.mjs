import { setTimeout as sleep } from 'node:timers/promises'

/** Citizens who open their letters, and acknowledge some: states that have to be reported after 200, and in order. */
export async function startReaders({ place, db }, random, tag) {
  const { transitions } = await place.load('store/index.js')
  let isOver = false
  const read = async () => {
    const { rows } = await db.query(
      `select m.bucket, m.id as "messageId", m.state from message m join item i on i.bucket = m.bucket and i.id = m.item_id
       where i.reference like $1 and m.state in (200, 220) order by random() limit 3`,
      [`${tag}-%`],
    )
    for (const { state, ...key } of rows) {
      if (state === 220 && random.chance(70)) continue
      await db.withTransaction((tx) => transitions.moveMessage(tx, key, state === 200 ? 220 : 230, 'recipient'))
    }
  }
  const running = (async () => {
    for (; !isOver; await sleep(40)) await read().catch(() => undefined) // the database may be away
  })()
  return {
    finish: async () => {
      isOver = true
      await running
    },
  }
}
