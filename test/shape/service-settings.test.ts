import { expect, test } from '@jest/globals'
import { settingNames } from '../../src/registration/index.js'
import { read } from './sources.js'

test('docs/service-settings.md lists every setting of a service once, and none that does not exist', () => {
  const table = read('docs/service-settings.md').split('\n| Setting |')[1]!.split('\n\n')[0]!
  const listed = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name!)
  expect(listed.sort()).toEqual([...settingNames].sort())
})
