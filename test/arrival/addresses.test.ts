import { expect, test } from '@jest/globals'
import { callerOf } from '../../src/arrival/addresses.js'

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::FFFF:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
  ['unknown', 'unknown'],
  ['192.0.2.7:4711', 'unknown'],
  ['', 'unknown'],
])('%s is counted as %s', (address, caller) => {
  expect(callerOf(address)).toBe(caller)
})

test('a connection that is closed already has no address', () => {
  expect(callerOf(undefined)).toBe('unknown')
})
