/* eslint-disable @typescript-eslint/no-require-imports -- Mocha loads reporters as CommonJS. */
/** Mocha's own report, and the counts in the file TEST_RESULT_FILE: proof that a suite ran to its end. */
const fs = require('node:fs');
const { reporters, Runner } = require('mocha');

module.exports = class extends reporters.Spec {
  /** @param {import('mocha').Runner} runner @param {import('mocha').MochaOptions} options */
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const file = process.env['TEST_RESULT_FILE'];
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      if (file) fs.writeFileSync(file, JSON.stringify({ passes, failures, pending }));
    });
  }
};
