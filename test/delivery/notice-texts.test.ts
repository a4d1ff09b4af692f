import { describe, expect, test } from '@jest/globals'
import { emailTexts, smsText, type Wording } from '../../src/delivery/notices/texts.js'
import { languages } from '../../src/message/index.js'

const wording = (more: Partial<Wording> = {}): Wording => ({
  ...{ purpose: 'notice', language: 'fi', authorityName: 'Testikunta', serviceName: 'Päivähoito', pagesUrl: null },
  ...{ content: { emailSubject: null, emailBody: null, smsText: null }, settings: {} },
  ...more,
})
const purposes = ['notice', 'reminder'] as const

describe.each(languages)('our texts in %s', (language) => {
  test.each(purposes)('of a %s name authority, service and where to read', (purpose) => {
    const given = wording({ purpose, language, pagesUrl: 'https://tili.example/viestit' })
    const { subject, body } = emailTexts(given)
    for (const text of [subject, body, smsText(given)]) expect(text).toContain('Testikunta, Päivähoito')
    for (const text of [body, smsText(given)]) expect(text).toContain('https://tili.example/viestit')
    expect(subject).not.toMatch(/[\r\n]/)
  })

  test.each(purposes)('of a %s are whole where there is no address to name', (purpose) => {
    const given = wording({ purpose, language })
    expect(`${emailTexts(given).body} ${smsText(given)}`).not.toMatch(/null|undefined|https?:/)
  })

  test.each(purposes)('of a %s keep within an SMS, address and all, however long the names are', (purpose) => {
    const given = wording({
      purpose,
      language,
      authorityName: 'Testikunnan '.repeat(40),
      pagesUrl: 'https://tili.example',
    })
    expect(smsText(given).length).toBeLessThanOrEqual(300)
    expect(smsText(given)).toContain('https://tili.example')
  })

  test('have lines that every mail program shows', () => {
    const { body } = emailTexts(wording({ language }))
    for (const line of body.split('\n')) expect(line.length).toBeLessThanOrEqual(90)
  })
})

describe('an SMS', () => {
  const own = (smsText: string | null, sms?: string): Wording =>
    wording({
      content: { emailSubject: null, emailBody: null, smsText },
      settings: sms === undefined ? {} : { notificationTexts: { fi: { sms } } },
    })

  test('has the words of the item, then those of the service, then ours', () => {
    expect(smsText(own('Item', 'Palvelu'))).toBe('Item')
    expect(smsText(own('  ', 'Palvelu'))).toBe('Palvelu')
    expect(smsText(own(null))).toMatch(/^Asiointitilillesi/)
  })

  test('is one line of at most 300 characters, cut between words and never within a character', () => {
    expect(smsText(own('yksi\r\nkaksi\u2028kolme'))).toBe('yksi kaksi kolme')
    const long = smsText(own('sana '.repeat(200)))
    expect(long).toMatch(/sana\.\.\.$/)
    expect(long.length).toBeLessThanOrEqual(300)
    const faces = smsText(own(`x${'😀'.repeat(300)}`))
    expect(faces.length).toBeLessThanOrEqual(300)
    expect(faces).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/)
    expect(smsText(own('a'.repeat(300)))).toBe('a'.repeat(300))
  })
})

test('a service that is named within its authority is not named twice', () => {
  expect(emailTexts(wording({ authorityName: 'Testikunta', serviceName: 'Testikunta' })).subject).toMatch(
    /: Testikunta$/,
  )
})
