export const powercutScenario = { name: 'powercut', title: '', run: async () => ({ skipped: 'not yet' }) }
