import type { Texts } from './questions.js'
import { CERTIFICATE_RESERVE_DAYS, type Requirement } from './requirements.js'

/**
 * What is missing, and what to do about it: for the authority (HaeRekisterointi) and for operators alike. At most 200
 * characters each, as the contract has it (docs/joining.md, Nimet).
 */
export const requirementTexts: Readonly<Record<Requirement, Texts>> = {
  'business-id-missing': {
    fi: 'Viranomaisen Y-tunnus puuttuu. Ilmoita se rekisteröintipyynnössä.',
    sv: 'Myndighetens FO-nummer saknas. Ange det i registreringsbegäran.',
    en: "The authority's business id is missing. Give it in the registration request.",
  },
  'contacts-missing': {
    fi: 'Yhteyshenkilöitä ei ole. Ilmoita vähintään yksi yhteyshenkilö.',
    sv: 'Kontaktpersoner saknas. Ange minst en kontaktperson.',
    en: 'There are no contacts. Name at least one.',
  },
  'certificate-missing': {
    fi: 'Palvelulla ei ole voimassa olevaa varmennetta. Rekisteröi voimassa oleva varmenne.',
    sv: 'Tjänsten har inget giltigt certifikat. Registrera ett giltigt certifikat.',
    en: 'The service has no valid certificate. Register one.',
  },
  'agreement-missing': {
    fi: 'Sopimuksen tiedot puuttuvat. Toimita sopimuksen viite ja päivämäärät kirjattaviksi.',
    sv: 'Uppgifter om avtalet saknas. Lämna avtalets referens och datum för registrering.',
    en: 'The agreement is missing. Have its reference and dates recorded.',
  },
  'agreement-not-begun': {
    fi: 'Sopimus ei ole vielä voimassa. Odota sen alkamispäivää tai toimita oikeat päivämäärät kirjattaviksi.',
    sv: 'Avtalet gäller inte ännu. Vänta tills det börjar gälla eller lämna rätta datum för registrering.',
    en: 'The agreement is not in force yet. Wait for the day it begins, or have the right dates recorded.',
  },
  'agreement-expired': {
    fi: 'Sopimus on päättynyt. Uusi sopimus ja toimita sen tiedot kirjattaviksi.',
    sv: 'Avtalet har upphört. Förnya avtalet och lämna uppgifterna för registrering.',
    en: 'The agreement has ended. Renew it and have it recorded.',
  },
  'deployment-plan-missing': {
    fi: 'Käyttöönottosuunnitelma puuttuu. Toimita sen tehtävät, päivämäärät ja vastuuhenkilöt kirjattaviksi.',
    sv: 'Planen för ibruktagandet saknas. Lämna dess uppgifter, datum och ansvariga för registrering.',
    en: 'The deployment plan is missing. Have its tasks, dates and those responsible recorded.',
  },
  'deployment-tasks-open': {
    fi: 'Käyttöönottosuunnitelmassa on myöhässä olevia tehtäviä. Tee ne tai sovi niille uusi päivä.',
    sv: 'Planen för ibruktagandet har försenade uppgifter. Utför dem eller avtala om ett nytt datum.',
    en: 'Tasks of the deployment plan are overdue. Do them, or agree on another day.',
  },
  'self-audit-missing': {
    fi: 'Itseauditointi puuttuu. Vastaa sen kysymyksiin ja toimita vastaukset kirjattaviksi.',
    sv: 'Självgranskningen saknas. Besvara frågorna och lämna svaren för registrering.',
    en: 'The self-audit is missing. Answer its questions and have the answers recorded.',
  },
  'self-audit-dated-ahead': {
    fi: 'Itseauditoinnin vastauspäivä on tulevaisuudessa. Toimita oikea päivä kirjattavaksi.',
    sv: 'Självgranskningens svarsdatum ligger i framtiden. Lämna rätt datum för registrering.',
    en: 'The self-audit is dated in the future. Have the right day recorded.',
  },
  'self-audit-incomplete': {
    fi: 'Itseauditointi on kesken. Täydennä puuttuvat vastaukset ja liitteet ja korjaa kohdat, joihin vastaus on kieltävä.',
    sv: 'Självgranskningen är ofullständig. Komplettera svar och bilagor som saknas och åtgärda det som besvarats nekande.',
    en: 'The self-audit is incomplete. Add the missing answers and evidence, and mend what was answered with no.',
  },
  'self-audit-expired': {
    fi: 'Itseauditointi on vanhentunut. Tee se uudelleen ja toimita vastaukset kirjattaviksi.',
    sv: 'Självgranskningen har gått ut. Gör om den och lämna svaren för registrering.',
    en: 'The self-audit has expired. Do it again and have the answers recorded.',
  },
  'security-missing': {
    fi: 'Vastaukset tietoturvavaatimuksiin puuttuvat. Toimita ne kirjattaviksi.',
    sv: 'Svaren om säkerhetskraven saknas. Lämna dem för registrering.',
    en: 'The answers to the security requirements are missing. Have them recorded.',
  },
  'security-dated-ahead': {
    fi: 'Tietoturvavaatimusten vastauspäivä on tulevaisuudessa. Toimita oikea päivä kirjattavaksi.',
    sv: 'Svarsdatumet för säkerhetskraven ligger i framtiden. Lämna rätt datum för registrering.',
    en: 'The answers to the security requirements are dated in the future. Have the right day recorded.',
  },
  'security-incomplete': {
    fi: 'Kaikki tietoturvavaatimukset eivät täyty. Korjaa puutteet ja toimita uudet vastaukset kirjattaviksi.',
    sv: 'Alla säkerhetskrav är inte uppfyllda. Åtgärda bristerna och lämna nya svar för registrering.',
    en: 'Not all security requirements are met. Mend what is lacking and have new answers recorded.',
  },
  'test-agreement-missing': {
    fi: 'Testaussopimus puuttuu. Sovi aikataulu, aineisto ja testaajat ja toimita ne kirjattaviksi.',
    sv: 'Testavtalet saknas. Avtala om tidtabell, material och testare och lämna dem för registrering.',
    en: 'The test agreement is missing. Agree on schedule, material and testers and have them recorded.',
  },
  'test-report-missing': {
    fi: 'Testausraportti puuttuu. Toimita se kirjattavaksi, kun testaus on tehty.',
    sv: 'Testrapporten saknas. Lämna den för registrering när testningen är gjord.',
    en: 'The test report is missing. Have it recorded when the tests are done.',
  },
  'test-report-dated-ahead': {
    fi: 'Testausraportin päivä on tulevaisuudessa. Toimita raportti kirjattavaksi, kun testaus on tehty.',
    sv: 'Testrapportens datum ligger i framtiden. Lämna rapporten för registrering när testningen är gjord.',
    en: 'The test report is dated in the future. Have it recorded when the tests are done.',
  },
  'test-report-failed': {
    fi: 'Testausta ei ole hyväksytty. Korjaa viat, testaa uudelleen ja toimita uusi raportti kirjattavaksi.',
    sv: 'Testningen har inte godkänts. Åtgärda felen, testa igen och lämna en ny rapport för registrering.',
    en: 'The tests have failed. Mend the faults, test again and have a new report recorded.',
  },
  'conformance-missing': {
    fi: 'Yhteensopivuusajo puuttuu. Tee ajo ja pyydä ylläpitoa kirjaamaan sen tulos.',
    sv: 'Överensstämmelsekörningen saknas. Gör körningen och be operatören anteckna resultatet.',
    en: 'The conformance run is missing. Make it and ask an operator to record its result.',
  },
  'conformance-dated-ahead': {
    fi: 'Yhteensopivuusajon päivä on tulevaisuudessa. Pyydä ylläpitoa kirjaamaan ajo, kun se on tehty.',
    sv: 'Överensstämmelsekörningens datum ligger i framtiden. Be operatören anteckna körningen när den är gjord.',
    en: 'The conformance run is dated in the future. Ask an operator to record it when it is made.',
  },
  'conformance-failed': {
    fi: 'Yhteensopivuusajoa ei ole hyväksytty. Korjaa viat ja tee ajo uudelleen.',
    sv: 'Överensstämmelsekörningen har inte godkänts. Åtgärda felen och gör om körningen.',
    en: 'The conformance run has failed. Mend the faults and run it again.',
  },
  'certificate-expires-soon': {
    fi: `Mikään varmenne ei ole enää voimassa ${CERTIFICATE_RESERVE_DAYS} päivän kuluttua. Rekisteröi uusi varmenne.`,
    sv: `Inget certifikat är längre giltigt om ${CERTIFICATE_RESERVE_DAYS} dagar. Registrera ett nytt certifikat.`,
    en: `No certificate is valid for ${CERTIFICATE_RESERVE_DAYS} more days. Register a new one.`,
  },
  'production-date-missing': {
    fi: 'Tuotantoon siirtymisen päivää ei ole ilmoitettu. Ilmoita päivä kirjattavaksi.',
    sv: 'Datum för övergången till produktion har inte meddelats. Meddela datumet för registrering.',
    en: 'The date of going to production is not announced. Have it recorded.',
  },
  'production-date-ahead': {
    fi: 'Ilmoitettu tuotantoonsiirtopäivä ei ole vielä tullut. Odota sitä tai sovi aikaisempi päivä ja toimita se kirjattavaksi.',
    sv: 'Det meddelade produktionsdatumet har inte kommit ännu. Vänta eller avtala om ett tidigare datum och lämna det för registrering.',
    en: 'The announced day has not come yet. Wait for it, or agree on an earlier one and have it recorded.',
  },
  'approval-first-missing': {
    fi: 'Kukaan ylläpitäjä ei ole hyväksynyt rekisteröintiä sellaisena kuin se nyt on. Pyydä ylläpidon hyväksyntä.',
    sv: 'Ingen operatör har godkänt registreringen som den nu är. Be om operatörens godkännande.',
    en: 'No operator has approved the registration as it is now. Ask for approval.',
  },
  'approval-second-missing': {
    fi: 'Toinen hyväksyntä puuttuu. Pyydä se toiselta ylläpitäjältä kuin ensimmäinen.',
    sv: 'Det andra godkännandet saknas. Be om det av en annan operatör än den första.',
    en: 'The second approval is missing. Ask another operator than the first one.',
  },
}
