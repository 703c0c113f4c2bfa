/**
 * Where the user's own data lies on this computer.
 *
 * Takes the environment, gives an absolute folder. Never makes it.
 */
import { homedir, platform } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** What decides it: the environment's variables, the working directory, the system. */
export interface Place {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; AICOST_HOME may be relative to it. */
  readonly cwd: string;
  /** As `os.platform()` names it; absent: this one. */
  readonly system?: string;
}

/** AICOST_HOME, else the system's folder for data of programs: XDG_DATA_HOME or LOCALAPPDATA. */
export function dataFolder({ env, cwd, system = platform() }: Place): string {
  if (isSet(env.AICOST_HOME)) return resolve(cwd, env.AICOST_HOME);
  if (system === 'win32') {
    const local = isSet(env.LOCALAPPDATA) ? env.LOCALAPPDATA : join(homedir(), 'AppData', 'Local');
    return join(local, 'aicost');
  }
  // The XDG rules say that a relative path there is to be ignored.
  const isShared = isSet(env.XDG_DATA_HOME) && isAbsolute(env.XDG_DATA_HOME);
  const home = isSet(env.HOME) ? env.HOME : homedir();
  return join(isShared ? env.XDG_DATA_HOME! : join(home, '.local', 'share'), 'aicost');
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
