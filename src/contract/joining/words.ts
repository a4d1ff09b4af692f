import type { ContactRole, Environment, ReturnChannel, ServiceState } from '../../registration/index.js'

/** Words of the joining contract for what has an English name past this room. */
export const environmentWords = { test: 'TESTI', production: 'TUOTANTO' } as const satisfies Record<Environment, string>

export const roleWords = {
  administration: 'HALLINTO',
  technical: 'TEKNIIKKA',
  security: 'TIETOTURVA',
} as const satisfies Record<ContactRole, string>

export const generationWords = { old: 'VANHA', new: 'UUSI' } as const satisfies Record<
  ReturnChannel['generation'],
  string
>

const ARTIFICIAL_ONLY = 'Se voi lähettää viestejä vain keinotekoisille henkilöille ja yrityksille.'

/** `Tila` of a registration, and what it means for the authority. */
export const stateWords: Readonly<Record<ServiceState, { readonly word: string; readonly text: string }>> = {
  draft: { word: 'LUONNOS', text: 'Rekisteröintiä valmistellaan, eikä sitä ole vielä lähetetty käsiteltäväksi.' },
  submitted: { word: 'LAHETETTY', text: 'Rekisteröinti on lähetetty ja odottaa ylläpidon käsittelyä.' },
  test: { word: 'TESTI', text: `Palvelu on avattu testaukseen. ${ARTIFICIAL_ONLY}` },
  accepted: {
    word: 'HYVAKSYTTY',
    text: `Palvelu on hyväksytty tuotantoon, mutta sitä ei ole vielä avattu sinne. ${ARTIFICIAL_ONLY}`,
  },
  production: { word: 'TUOTANTO', text: 'Palvelu on tuotannossa ja voi lähettää viestejä oikeille asiakkaille.' },
  suspended: { word: 'KESKEYTETTY', text: 'Palvelu on keskeytetty, eikä siltä oteta vastaan viestejä.' },
  withdrawn: { word: 'PERUTTU', text: 'Palvelun rekisteröinti on peruttu pysyvästi.' },
}
