import { expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { cloneDatabase } from '../support/gateway.js'
import { read, root } from './sources.js'

test('docs/schema.sql is the migrated database', async () => {
  const database = await cloneDatabase()
  try {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['scripts/schema.mjs'], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, DATABASE_URL: database.url },
    })
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    expect(stdout).toBe(read('docs/schema.sql'))
  } finally {
    await database.drop()
  }
})
