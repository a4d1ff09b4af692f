const DUPLICATE = 'Viranomaistunnisteella löytyy jo asia, joka on tallennettu asiakkaan tilille Viestit-palveluun'
/** Waiting helps: unknown at the other end, connection refused there, other error. */
const PASSING = [450, 453, 550]

/**
 * What an authority concludes from an answer: { kind, id, code }.
 * stored: taken, under this id. duplicate: it was taken before. again: nobody knows, send it again. wrong: anything else,
 * which none of our letters deserves.
 */
export function conclude(operation, { status, text }) {
  if (/<(?:\w+:)?Fault[\s>]/.test(text)) {
    return status >= 500 && !/<faultcode>[^<]*Client/.test(text) ? { kind: 'again', code: 'Fault' } : wrong('Fault')
  }
  const code = Number(/<(?:\w+:)?TilaKoodi>(\d+)</.exec(text)?.[1] ?? NaN)
  if (Number.isNaN(code)) return { kind: 'again', code: `HTTP ${status}` }
  if (PASSING.includes(code)) return { kind: 'again', code }
  if (operation === 'LahetaViesti') {
    // The header names this request; the text, when an answer is given again, the one that was stored.
    const id = /Trace ID: ([0-9a-f-]{36})/.exec(text)?.[1]
    if (code === 202) return id === undefined ? wrong(code) : { kind: 'stored', id, code }
    return code === 525 && text.includes(DUPLICATE) ? { kind: 'duplicate', code } : wrong(code)
  }
  if (code !== 0) return wrong(code)
  const state = Number(/<(?:\w+:)?KohteenTila>(\d+)</.exec(text)?.[1])
  if (state === 520) return { kind: 'duplicate', code: state }
  if (state !== 200 && state !== 202) return wrong(state)
  const number = /<(?:\w+:)?AsiointitiliTunniste>(\d+)</.exec(text)?.[1]
  return number === undefined ? wrong(state) : { kind: 'stored', id: number, code: state }
}

const wrong = (code) => ({ kind: 'wrong', code })
