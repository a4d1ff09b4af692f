export const nthScenario = { name: 'nth', title: '', run: async () => ({ skipped: 'not yet' }) }
