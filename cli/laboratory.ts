/** Options of the laboratory: a server whose true behaviour is known. */
import { Option, type Command } from 'commander';
import { InferplayError } from '../core/errors.js';
import { describeLaboratory, planLaboratory, shareOf, type LaboratoryOptions } from '../serve/laboratory-options.js';
import { integer } from './options.js';

export interface LaboratoryGiven {
  serviceTime?: string;
  servers?: number;
  stall?: string;
  failRate?: number;
  dropRate?: number;
  slowReader?: string;
  labSeed?: number;
}

/** What they mean and how they are written, for the help. */
export const LABORATORY_HELP = `
Laboratory (for inferences alone, but for --slow-reader; everything else is answered as ever, see docs/serve.md):
  --service-time exp:MEAN | fixed:TIME | bimodal:TIME,TIME,SHARE    TIME and MEAN as 2ms, 0.5ms or 1s; SHARE from 0 to 1 takes the second TIME
  --stall LENGTH/EVERY    1s/10s: nothing is served in the last second of every ten, counted from the first inference
  --slow-reader RATE      slows whatever a client sends, tensors, models and PING as well`;

function share(option: string): (text: string) => number {
  return (text) => {
    const value = shareOf(text);
    if (value >= 0 && value <= 1) return value;
    throw new InferplayError('USAGE', `${option}: "${text}" is no share; write a number from 0 to 1, for example 0.05.`);
  };
}

/** Adds the options to a command. */
export function addLaboratory(command: Command): void {
  command
    .addOption(new Option('--service-time <SPEC>', 'laboratory: how long an inference takes, for example exp:2ms'))
    .addOption(new Option('--servers <N>', 'laboratory: inferences served at once, the others wait in order (default: 1 with --service-time)').argParser(integer(1)))
    .addOption(new Option('--stall <LENGTH/EVERY>', 'laboratory: stand still now and then, for example 1s/10s'))
    .addOption(new Option('--fail-rate <SHARE>', 'laboratory: share of inferences that are answered with an error').argParser(share('--fail-rate')))
    .addOption(new Option('--drop-rate <SHARE>', 'laboratory: share of inferences whose connection is closed instead').argParser(share('--drop-rate')))
    .addOption(new Option('--slow-reader <RATE>', 'laboratory: read no more than so many bytes per second of each connection, for example 64k'))
    .addOption(new Option('--lab-seed <N>', 'laboratory: seed of every draw (default: 1)').argParser(integer(0)));
}

/** The laboratory that was asked for; without any of its options, none. */
export function laboratoryOf({ serviceTime, servers, stall, failRate, dropRate, slowReader, labSeed }: LaboratoryGiven): LaboratoryOptions {
  return { serviceTime, servers, stall, failRate, dropRate, slowReader, seed: labSeed };
}

/** Its settings as a line of the banner, or nothing. @throws InferplayError USAGE */
export function laboratoryLine(options: LaboratoryOptions): string | null {
  const plan = planLaboratory(options);
  return plan && `laboratory: ${describeLaboratory(plan)}`;
}
