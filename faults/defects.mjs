/**
 * Mistakes that are planted in a copy of the build, never in the product: each must be caught by the violation named.
 * patches: { file, from, to }; `from` stands there exactly once.
 */
export const DEFECTS = [
  {
    name: 'answer-before-commit',
    title: 'success is answered before it is committed',
    expects: 'I1 lost',
    patches: [
      {
        file: 'store/database.js',
        from: `await client.query('commit');`,
        // Only what intake stores has somebody who looks whether it was committed.
        to: `if (isCommitted !== null) {
                setTimeout(() => client.query('commit').then(() => client.release(), (error) => client.release(error)), 40);
                return done.result;
            }
            await client.query('commit');`,
      },
    ],
  },
  {
    name: 'two-effects',
    title: 'every attempt has an effect of its own in the mailbox',
    expects: 'I7 not once',
    patches: [
      {
        file: 'delivery/attempt.js',
        from: `case 'delivered': {
            await outcome.write?.(tx);`,
        to: `case 'delivered': {
            await context.db.withTransaction(async (own) => outcome.write?.(own));`,
      },
      { file: 'store/transitions.js', from: '!mayFollow(next, row.state)', to: 'false' },
    ],
  },
  {
    name: 'new-key-per-attempt',
    title: 'every attempt to report a state has a key of its own',
    expects: 'I7 report keys',
    needsReports: true,
    patches: [{ file: 'report/channel.js', from: 'return reports[0].job.id;', to: 'return reports[0].job.attemptId;' }],
  },
  {
    name: 'lease-renewal-by-owner',
    title: 'a worker renews what is its own, not what it has in hand',
    expects: 'I6 open',
    patches: [
      { file: 'delivery/worker.js', from: 'if (jobs.length > 0)', to: 'if (true)' },
      {
        file: 'store/outbox.js',
        from: `from unnest($1::smallint[], $2::uuid[]) as held (bucket, id)
     where d.bucket = held.bucket and d.id = held.id and d.owner = $3 and d.state = 'leased' returning d.id`,
        to: `where $1::smallint[] is not null and $2::uuid[] is not null and d.owner = $3 and d.state = 'leased' returning d.id`,
      },
    ],
  },
  {
    name: 'commit-not-flushed',
    title: 'PostgreSQL confirms what it has not flushed (no kill -9 shows this)',
    expects: 'I1 lost',
    isPowercut: true,
    patches: [
      { file: 'store/embedded/settings.js', from: "synchronous_commit: 'on'", to: "synchronous_commit: 'off'" },
      { file: 'store/embedded/durable.js', from: 'if (wrong.length === 0)', to: 'if (true)' },
    ],
  },
]
