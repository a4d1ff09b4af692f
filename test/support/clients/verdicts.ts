import type { Answer, BuiltRequest, Operation, Verdict } from './types.js'

/** The start of the 525 text by which evaka knows a duplicate (R7). */
export const DUPLICATE_SENTENCE =
  'Asian tietosisällössä virheitä. Viranomaistunnisteella löytyy jo asia, joka on tallennettu asiakkaan tilille Viestit-palveluun'

type Judge = (operation: Operation, answer: Answer, sent: BuiltRequest['sent']) => Verdict

const successIf = (holds: boolean | undefined): Verdict => (holds ? 'success' : 'failure')
const hasAccount = (answer: Answer, alsoActive: boolean): Verdict => {
  const [item, ...others] = answer.items ?? []
  if (!item || others.length > 0) return 'failure'
  return item.state === 300 && (!alsoActive || item.passive === 0) ? 'success' : 'no-account'
}

/** What each client concludes from an answer (clients.md §3). */
export const judges = {
  hassu: (operation, answer, sent) => {
    if (operation === 'LahetaViesti') return successIf(answer.code === 202)
    if (operation === 'HaeAsiakkaita') return hasAccount(answer, false)
    if (operation === 'HaeTilaTieto') return successIf(answer.code === 0)
    const mine = answer.items?.find((item) => item.recipientId === sent.recipients[0]!.recipientId)
    return successIf(answer.code === 0 && mine?.state === 200)
  },
  lupapiste: (operation, answer) =>
    operation === 'HaeAsiakkaita' ? hasAccount(answer, true) : successIf(answer.code === 202),
  etp: (_operation, answer) => successIf(answer.code === 202),
  evaka: (_operation, answer) => {
    if (answer.code === 525 && answer.text!.startsWith(DUPLICATE_SENTENCE)) return 'already-done'
    return answer.code === 461 ? 'no-account' : successIf(answer.code === 202)
  },
  eveli: (operation, answer) =>
    operation === 'HaeAsiakkaita' ? hasAccount(answer, false) : successIf(answer.code === 0),
  // oph itself waits for 200 from LisaaKohteita; it never went live and everybody else knows 0 (clients.md §3).
  oph: (operation, answer) => {
    if (operation !== 'HaeAsiakkaita') return successIf(answer.code === 0)
    if (answer.items === undefined || answer.items.length === 0) return 'failure'
    return answer.items.every((item) => item.state <= 300) ? 'success' : 'no-account'
  },
  keha: (operation, answer) => {
    if (operation === 'LahetaViesti') return answer.code === 461 ? 'no-account' : successIf(answer.code === 202)
    if (answer.code !== 0) return 'failure'
    const states = answer.items?.map((item) => item.state) ?? []
    if (states.includes(520)) return 'already-done'
    if (states.includes(310) || answer.items?.some((item) => item.passive === 1)) return 'no-account'
    return successIf(states.every((state) => [200, 202, 300].includes(state)))
  },
  plain: (operation, answer) => successIf(answer.code === (operation === 'LahetaViesti' ? 202 : 0)),
} as const satisfies Record<string, Judge>
