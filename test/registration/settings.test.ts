import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  checkSettings,
  RegistrationError,
  settingNames,
  withoutSecrets,
  type SettingName,
} from '../../src/registration/index.js'

interface Examples {
  readonly good: readonly unknown[]
  readonly bad: readonly unknown[]
}

const choice = (...values: string[]): Examples => ({
  good: values,
  bad: [
    '',
    ...values.map((value) => `${value} `),
    ...values.map((value) => value.toUpperCase()),
    values,
    true,
    1,
    null,
  ],
})
const yesOrNo: Examples = { good: [true, false], bad: ['true', 'false', 0, 1, '', null, [true]] }
const whole = (from: number): Examples => ({
  good: [from, from + 1, 1_000_000],
  bad: [from - 1, -1, from + 0.5, NaN, Infinity, 1e12, String(from), '', null, [from], {}],
})
const x = (length: number): string => 'x'.repeat(length)

/** What docs/service-settings.md says of each. */
const examples: Readonly<Record<SettingName, Examples>> = {
  operations: {
    good: [['sendMessage'], ['getServiceStatus', 'queryCustomers', 'addItems', 'sendMessage']],
    bad: [[], ['LahetaViesti'], ['sendMessage', 'sendMessage'], 'sendMessage', [''], [null], null, {}],
  },
  mayListAccounts: yesOrNo,
  responseSecurity: choice('signature', 'signature+timestamp', 'none'),
  signingKey: choice('current', 'next'),
  sha1: choice('allowed', 'refused'),
  addItemsAnswers: choice('synchronous', 'queued'),
  maxRequestBytes: whole(1024),
  maxAttachmentBytes: whole(1),
  requestsPerMinute: whole(0),
  attachmentTypes: {
    good: [['application/pdf'], ['text/url', 'image/png', 'application/vnd.oasis.opendocument.text']],
    bad: [[], ['pdf'], ['image/*'], ['Image/PNG'], ['a/b; c=d'], ['image/png', 'image/png'], 'image/png', [1], null],
  },
  billing: {
    good: [
      { id: x(6), password: null, costCentre: null },
      { id: x(6), password: x(4), costCentre: x(15) },
    ],
    bad: [
      ...[x(5), x(7), null, 123_456].map((id) => ({ id, password: null, costCentre: null })),
      ...[x(3), x(5), '', 1234].map((password) => ({ id: x(6), password, costCentre: null })),
      ...[x(16), '', 1].map((costCentre) => ({ id: x(6), password: null, costCentre })),
      ...[{ id: x(6) }, { id: x(6), password: null }, { id: x(6), password: null, costCentre: null, more: 1 }],
      ...[null, x(6), []],
    ],
  },
  receipts: choice('asked', 'all', 'none'),
  replyAllowed: yesOrNo,
  newMessagesAllowed: yesOrNo,
  replyEmail: {
    good: ['kirjaamo@kunta.example', "a.b+c'd@x-y.kunta.example"],
    bad: [
      ...['kirjaamo', '@kunta.example', 'a@b', 'a b@kunta.example', 'a@kunta.example, b@kunta.example', ''],
      ...['Kirjaamo <a@kunta.example>', 'a@kunta.example\nBcc: b@kunta.example', 'a@-kunta.example', 1, null],
      `${x(240)}@kunta.example.fi`,
    ],
  },
  returnChannel: {
    good: ['http://a', 'https://kunta.example:8443/x?y=z#w', `https://${x(492)}`].flatMap((url) =>
      ['old', 'new'].map((generation) => ({ url, generation })),
    ),
    bad: [
      ...[
        'ftp://a',
        'https://',
        'https:///x',
        'a.example',
        'https://user:pass@a',
        'https://a b',
        `https://${x(493)}`,
      ].map((url) => ({ url, generation: 'old' })),
      ...[{ url: 'https://a' }, { generation: 'old' }, { url: 'https://a', generation: 'newest' }, 'https://a', null],
      { url: 'https://a/\0', generation: 'old' },
    ],
  },
  deliveryRoute: choice('mailbox'),
  notificationTexts: {
    good: [
      {},
      { fi: {} },
      { fi: { emailSubject: 'Uutta postia', emailBody: 'Hei\n😀', sms: 'Uutta' }, sv: { sms: 'Ny' } },
    ],
    bad: [
      ...[{ fi: null }, { de: {} }, { fi: { title: 'x' } }, { fi: { sms: '' } }, { fi: { sms: x(301) } }, null, ''],
      ...[{ fi: { emailSubject: x(201) } }, { sv: { emailBody: x(4001) } }, { en: { sms: 1 } }],
      // PostgreSQL keeps neither a zero character nor half of a pair.
      ...[{ fi: { emailBody: 'a\0b' } }, { fi: { sms: 'a\ud800b' } }, { fi: { sms: '\udc00' } }],
    ],
  },
  retentionDays: {
    good: [{}, { messages: 1 }, { messages: 365, attachments: 90, evidence: 3650 }],
    bad: [{ messages: 0 }, { messages: 1.5 }, { evidence: 36_501 }, { evidence: null }, { log: 1 }, 90, null],
  },
}

/** Why settings are refused; null when they are taken. */
function faultOf(value: unknown): RegistrationError | null {
  try {
    checkSettings(value)
    return null
  } catch (error) {
    if (error instanceof RegistrationError) return error
    throw error
  }
}

test.each(settingNames)('%s takes what is documented, as it is', (name) => {
  for (const good of examples[name].good) expect(checkSettings({ [name]: good })).toEqual({ [name]: good })
})

test.each(settingNames)('%s takes nothing else, and the refusal names it', (name) => {
  for (const bad of examples[name].bad) {
    const fault = faultOf({ [name]: bad })
    expect([bad, fault?.code]).toEqual([bad, 'SETTINGS_INVALID'])
    expect(fault!.message).toMatch(new RegExp(`^${name}\\b`))
  }
})

test('no settings at all are settings, and every setting may stand beside every other', () => {
  expect(checkSettings({})).toEqual({})
  const all = Object.fromEntries(settingNames.map((name) => [name, examples[name].good[0]]))
  expect(checkSettings(all)).toEqual(all)
})

test.each([null, undefined, [], '', 'sha1', 0, true, () => 1])('%p is no settings', (value) => {
  expect(faultOf(value)?.code).toBe('SETTINGS_INVALID')
})

test('all that is wrong is told at once', () => {
  const { message } = faultOf({ sha1: 'maybe', maxRequestBytes: 1, speed: 9, billing: { id: 'x' } })!
  for (const name of ['sha1', 'maxRequestBytes', 'speed', 'billing']) expect(message).toContain(name)
})

test.each(['__proto__', 'constructor', 'toString', 'SHA1', 'sha1 ', ''])('%p is no setting', (name) => {
  expect(faultOf(JSON.parse(JSON.stringify({ '-': 1 }).replace('"-"', JSON.stringify(name))))?.code).toBe(
    'SETTINGS_INVALID',
  )
})

describe('whatever somebody writes', () => {
  /** No word of ours has this character. */
  const MARK = '§'
  const marked = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => MARK + text)
  const words = fc.constantFrom('none', 'signature', 'old', 'https://a.example/')
  const leaf = fc.oneof(marked, words, fc.integer(), fc.double(), fc.boolean(), fc.constant(null))
  const parts = ['id', 'password', 'costCentre', 'url', 'generation', 'fi', 'sms', 'messages', '__proto__', 'other']
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('value'), { maxLength: 4 }), tie('object')),
    object: fc.dictionary(fc.constantFrom(...settingNames, ...parts), tie('value'), { maxKeys: 6 }),
  }))
  const settings = fc.dictionary(fc.constantFrom(...settingNames, 'other'), value, { maxKeys: 6 })

  test('is taken or refused, and no value of it is in the refusal', () => {
    fc.assert(
      fc.property(fc.oneof(settings, value), (given) => {
        const fault = faultOf(given)
        if (fault === null) return expect(JSON.stringify(given)).not.toContain('"other"')
        expect(fault.code).toBe('SETTINGS_INVALID')
        expect(fault.message).not.toContain(MARK)
      }),
      { numRuns: 2_000 },
    )
  })

  test('in JavaScript, even if it could not be JSON, is taken or refused', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSparseArray: true,
          withNullPrototype: true,
        }),
        (given) => void faultOf(given),
      ),
    )
  })

  test('of settings that are taken, the billing password alone is hidden', () => {
    const secret = fc.record({
      id: fc.constant(x(6)),
      password: fc.option(fc.constant(MARK.repeat(4))),
      costCentre: fc.option(fc.constant('1')),
    })
    const one = (name: SettingName) => fc.constantFrom(...examples[name].good)
    const some = fc.record(
      { ...Object.fromEntries(settingNames.map((name) => [name, one(name)])), billing: secret },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(some, (given) => {
        const taken = checkSettings(given)
        expect(taken).toEqual(given)
        const shown = withoutSecrets(taken) as Record<string, unknown>
        expect(JSON.stringify(shown)).not.toContain(MARK)
        const { billing, ...others } = given
        expect(shown).toMatchObject(others)
        expect(Object.keys(shown).sort()).toEqual(Object.keys(given).sort())
        if (billing?.password === null) expect(shown['billing']).toEqual(billing)
      }),
    )
  })
})
