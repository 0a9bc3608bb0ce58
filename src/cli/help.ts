import { modelKinds } from '../core/models/index';
import { helpTopics, type Exploration, type HelpTopic } from './options';

const usage = `rnn-dynamics: every fixed point and k-cycle of a ReLU RNN, with stability and certificates

  rnn-dynamics info FILE [--json]      tensors, recognised architecture, how each tensor is used
  rnn-dynamics analyze FILE [options]  fixed points, cycles, attractors
  rnn-dynamics timeline FOLDER [options]
                                       bifurcations, branches and loss jumps along a training run
  rnn-dynamics compare A B [options]   which objects of two models correspond, what lies between
  rnn-dynamics plane FILE [options]    curves of bifurcation in the plane of two parameters
  rnn-dynamics diagram FILE [options]  bifurcation diagram along one direction, as a timeline
  rnn-dynamics lyapunov FILE [options] Lyapunov spectra and dimensions of the attractors
  rnn-dynamics manifolds FILE [options]
                                       stable and unstable manifolds of saddles, homoclinic points
  rnn-dynamics basins FILE [options]   basins of attraction on a plane, and their shares
  rnn-dynamics sensitivity FILE [options]
                                       derivatives of an object by every weight
  rnn-dynamics verify REPORT MODEL     re-checks a report with code apart from the search's
  rnn-dynamics merge F1 .. Fn --out F  one report from those of all shards (analyze --shard i/n)
  rnn-dynamics --version
  rnn-dynamics help ${helpTopics.join('|')}`;

const modelHelp = `What the model is, where the file does not say:
  --model KIND           ${modelKinds.slice(0, 4).join(', ')},
                         ${modelKinds.slice(4).join(', ')}
  --set NAME=VALUE,..    P=2, leak=0.1, negativeSlope=0.01, clipped=true, meanCentred=true,
                         thresholds=inside, thresholdSign=-1, nonlinearity=relu, dropDiagonal=true,
                         orientation=BxM, group=NAME-PREFIX
  --map TENSOR=PARAM,..  which tensor is which parameter
  --input V1,V2,..       constant external input (default: zeros)
  --epoch E              which entry of a series (default: the last)`;

const searchHelp = `Search:
  --max-order K=4        highest cycle order searched
  --seed N=0             the same seed gives the same report on any number of threads
  --time-limit S=60      seconds; partial results are printed when it ends the search
  --threads N            default: the number of cores
  --memory-limit MB      default: half of the memory, at most 4096
  --no-certify           do not spend time on proofs
  --proof-time S=15      seconds of a usual machine for the proof of cycles where M is not 2
  --proof F              write the proof to F, for verify --proof: every exclusion with its multipliers
  --shard i/n            the i-th of n shares of the proof, for merge: the search trees of the fixed points
                         and of the cycles of each order are split, and the words of the first length of
                         the word graph that takes long
  --from F               what all shards of the rounds before wrote, a file or a folder (may be given several
                         times): this shard goes on with the word graph, one length further

Output:
  --json                 the report as JSON on standard output
  --compare F            hold the report against SCYFI's results in F (dynamical_objects.csv, .jld2)
  --out F                write the report to F: .json, .csv or .html`;

/** The same for a series: more time, and no time of their own for proofs. */
const runSearchHelp = searchHelp
  .replace(/\n *--shard[^]*?(?=\n\n)/, '')
  .replace('--time-limit S=60 ', '--time-limit S=600')
  .replace(/\n *--proof-time.*\n.*/, '');

const timelineHelp = `Run (FOLDER holds checkpoints with numbers in their names; a file that holds a series does as well):
  --every N=1            take every n-th checkpoint
  --series NAME          which checkpoints, where the folder holds several series: ckpt_*.pt
  --pattern REGEX        further names of checkpoints: a regular expression over the path with a group named
                         epoch or step, 'net_(?<epoch>\\d+)k\\.pt'; may be given several times
  --with-final           take files named final or best in as well
  --loss FILE[:COLUMN]   where the loss stands (default: found beside the checkpoints)
  --jump-change X=0.1    smallest |ln L(e) - ln L(e-1)| of a loss jump
  --jump-z Z=8           smallest robust z of a loss jump
  --lyapunov             Lyapunov spectra of the attractors at every checkpoint (--json, --out)
  --within W             how far from a bifurcation a jump may lie (default: two rows of the loss)
  --no-cache             neither use nor keep results of earlier runs`;

const compareHelp = `A and B are models of the same architecture and size. Objects are followed along the straight line between
their weights; s runs from 0 at A to 1 at B. --json and --out write a timeline of the two.`;

const planeHelp = `Plane (offsets from the model's own weights):
  --x DIR, --y DIR       a weight (A[0], W[1][0]; indexes begin at 0), random:SEED (a direction of
                         length 1 over all weights) or towards:FILE (offset 1 is the model in FILE)
  --x-range A,B          offsets, lower first (default: -0.1,0.1); --y-range likewise
  --max-order K=8        longest cycles that are looked for
  --path FOLDER          draw the training run in FOLDER, projected on the plane
  --surface FILE         draw a loss beneath: a table with columns x, y (offsets) and value, or a matrix as
                         text or .npy that covers the ranges, y along its rows, x along its columns
  --seed N=0             for models of more than two dimensions, whose search is heuristic
  --time-limit S=60      seconds; partial results are printed when it ends the search
  --threads N            default: the number of cores

Output:
  --json                 the plane as JSON on standard output
  --out F                write it to F: .json or .svg`;

const diagramHelp = `Diagram (the model at equally spaced offsets, followed from each to the next):
  --along DIR            a weight (A[0], W[1][0]), random:SEED or towards:FILE
  --range A,B            offsets, lower first (default: -0.1,0.1)
  --points N=65          offsets at which the model is analysed; what exists only between two of them is
                         not seen`;

/** A search comes first: objects have the ids that `analyze` gives them with the same options. */
const exploreSearchHelp = searchHelp
  .replace(/\n *--shard[^]*?(?=\n\n)/, '')
  .replace(/\n {2}--compare.*/, '')
  .replace('the report as JSON', 'the result as JSON')
  .replace(/--out F .*/, '--out F                write it to F: .json or .csv');

const exploreHelp: Record<Exploration, string> = {
  lyapunov: `Where simulated orbits end: kind, share of the starts, Lyapunov exponents per step and Kaplan-Yorke
dimension with standard errors. Those of fixed points and cycles are exact.`,
  manifolds: `Manifolds (of saddles where they are curves; where they cross is in the JSON):
  --object ID,..         saddles (default: all, 12 at most)
  --reach R=3            how far they are grown, in units of S`,
  basins: `Basins (a state counts when it can no longer leave):
  --axes X,Y             z1,z2 or pc1,pc2 (principal components of simulated orbits), any two of them;
                         default: z1,z2 for M = 2, else pc1,pc2
  --through ID,ID,ID     the plane through the first points of three objects instead
  --x-range A,B          default: as far as objects and simulated orbits reach; --y-range likewise
  --cells N=200          along each side
  --reach R=1            shares are those of random states in the cube |z_i| <= R S`,
  sensitivity: `Sensitivity (exact derivatives by every weight):
  --object ID            a fixed point or cycle
  --of WHAT=modulus1     norm, z1, z2, .. (of a point); modulus1, argument1, .. (of a multiplier, by
                         falling modulus)
  --point J=1            which point of a cycle`,
};

const verifyHelp = `Every listed object is solved again from its itinerary in exact arithmetic, every number is derived
again, and every claim is held against what it needs. Where there are few itineraries, completeness is
proven again by solving all of them exactly. How the model was read is taken from the report.

  --proof F              re-check the proof that analyze --proof wrote: every exclusion, that together they
                         leave nothing out, and that what they leave in is listed; what F does not
                         establish is named
  --time-limit S         seconds that may be used, all of them where completeness can still be proven again
                         by exhaustion; what is left unchecked then is named. Without it: what the proof
                         takes, and some seconds for exhaustion`;

const mergeHelp = `F1 .. Fn are what analyze MODEL --shard i/n --out Fi.json wrote, for i = 1 .. n and in every round, with the
same options and the same version. The report is that of one run. Shards that are missing, damaged, or of
another model are refused; of those that were stopped before they were done, what they hold is used. What
is not split (simulation, the search for cycles, planar word graphs) is done here.

  --out F                write the report to F: .json or .csv
  --json                 the report as JSON on standard output
  --time-limit S=600     seconds for what is done here; --threads and --memory-limit as for analyze`;

const statusHelp = `Exit status: 0 done; 1 the input is at fault; 2 usage; 3 stopped at a limit, partial results
printed; 4 internal inconsistency; 130 interrupted.`;

export function helpText(topic: HelpTopic): string {
  switch (topic) {
    case 'all':
      return [usage, statusHelp].join('\n\n');
    case 'info':
      return ['rnn-dynamics info FILE [--json] [options]', modelHelp, statusHelp].join('\n\n');
    case 'verify':
      return ['rnn-dynamics verify REPORT MODEL [--json] [options]', verifyHelp, modelHelp, statusHelp].join(
        '\n\n',
      );
    case 'merge':
      return ['rnn-dynamics merge F1 .. Fn --out F [options]', mergeHelp, statusHelp].join('\n\n');
    case 'timeline':
      return [
        'rnn-dynamics timeline FOLDER [options]',
        timelineHelp,
        runSearchHelp,
        modelHelp,
        statusHelp,
      ].join('\n\n');
    case 'compare':
      return ['rnn-dynamics compare A B [options]', compareHelp, runSearchHelp, modelHelp, statusHelp].join(
        '\n\n',
      );
    case 'plane':
      return ['rnn-dynamics plane FILE --x DIR --y DIR [options]', planeHelp, modelHelp, statusHelp].join(
        '\n\n',
      );
    case 'diagram':
      return [
        'rnn-dynamics diagram FILE --along DIR [options]',
        diagramHelp,
        runSearchHelp.replace(/^ {2}--compare.*\n/m, ''),
        modelHelp,
        statusHelp,
      ].join('\n\n');
    case 'lyapunov':
    case 'manifolds':
    case 'basins':
    case 'sensitivity':
      return [
        `rnn-dynamics ${topic} FILE${topic === 'sensitivity' ? ' --object ID' : ''} [options]`,
        exploreHelp[topic],
        exploreSearchHelp,
        modelHelp,
        statusHelp,
      ].join('\n\n');
    case 'analyze':
      return ['rnn-dynamics analyze FILE [options]', searchHelp, modelHelp, statusHelp].join('\n\n');
  }
}
