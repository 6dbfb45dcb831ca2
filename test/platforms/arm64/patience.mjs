/** Takes the timeouts from tests: those that set one of their own know nothing of an emulator. The part has one. */
import Mocha from 'mocha';

Mocha.Runnable.prototype.timeout = function timeout(milliseconds) {
  return milliseconds === undefined ? 0 : this;
};
