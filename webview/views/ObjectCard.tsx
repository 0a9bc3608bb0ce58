import type { ComponentChildren, JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Attractor, BoundaryPoint, Continuum, Cycle } from '../../src/core/report/types';
import { dimensionText, withError } from '../../src/figures/attractors';
import { formatMultipliers, formatNumber, scientific, subscript } from '../../src/figures/format';
import { LANGUAGES, pointsAs } from '../copy';
import { partnersOf } from '../figures/types';
import { orderNoun, type PanelObject } from '../objects';
import { LinkButton } from '../ui';
import { Itinerary } from './Itinerary';
import { ObjectMark } from './Mark';
import { usePanel } from './context';

const MAX_MULTIPLIERS = 6;
const MAX_ROWS = 60;
const MAX_COORDINATES = 6;
/** Longer region words than this are in the itinerary strip only. */
const MAX_REGION = 12;

/** Everything known of the selected object. */
export function ObjectCard(): JSX.Element | null {
  const { state } = usePanel();
  const object = state.objects.find(({ id }) => id === state.kept.selected);
  if (!object) return null;
  return (
    <section class="card" aria-labelledby="card-head">
      <h2 id="card-head" class="card-head">
        <ObjectMark object={object} />
        {object.id}
        <span class="kind">{describe(object, state.model?.stateDim ?? 0)}</span>
      </h2>
      {object.kind === 'cycle' && (
        <CycleCard key={object.id} cycle={object.cycle} beyond={object.group.kind === 'beyond'} />
      )}
      {object.kind === 'boundary' && <BoundaryCard key={object.id} point={object.boundary} />}
      {object.kind === 'continuum' && <ContinuumCard continuum={object.continuum} />}
      {object.kind === 'attractor' && <AttractorCard attractor={object.attractor} />}
    </section>
  );
}

/** "stable 13-cycle, focus" */
function describe(object: PanelObject, stateDim: number): string {
  switch (object.kind) {
    case 'cycle': {
      const noun = `${object.cycle.stability} ${orderNoun(object.cycle.order)}`;
      if (stateDim !== 2 || object.cycle.stability === 'saddle' || object.cycle.stability === 'marginal')
        return noun;
      return `${noun}, ${object.cycle.multipliers[0]?.im === 0 ? 'node' : 'focus'}`;
    }
    case 'boundary':
      return `${orderNoun(object.boundary.order)} on a region border`;
    case 'continuum':
      return `${object.word} of ${orderNoun(object.continuum.regions.length)}s`;
    case 'attractor':
      return object.attractor.kind === 'divergent'
        ? 'diverging orbits'
        : object.attractor.kind === 'fixed-point'
          ? 'where orbits come to rest'
          : `${object.attractor.kind} attractor`;
  }
}

function Pair({ term, children }: { term: string; children: ComponentChildren }): JSX.Element {
  return (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  );
}

function CycleCard({ cycle, beyond }: { cycle: Cycle; beyond: boolean }): JSX.Element {
  const { state, controller } = usePanel();
  const [all, setAll] = useState(false);
  const multipliers = useMemo(() => formatMultipliers(cycle.multipliers, 4), [cycle]);
  const attractor = state.report?.attractors.find((one) => one.cycle === cycle.id);
  return (
    <>
      <dl class="pairs">
        <Pair term="Multipliers">
          <span class="stack">
            {(all ? multipliers : multipliers.slice(0, MAX_MULTIPLIERS)).map((text, index) => (
              <span key={index}>{text}</span>
            ))}
            {multipliers.length > MAX_MULTIPLIERS && (
              <LinkButton onClick={() => setAll(!all)}>
                {all ? 'Show fewer' : `Show all ${String(cycle.multipliers.length)}`}
              </LinkButton>
            )}
          </span>
        </Pair>
        <Pair term="Modulus ρ">{formatNumber(cycle.spectralRadius, 4)}</Pair>
        <Pair term="ln ρ per step">
          {cycle.growthPerStep === null ? '−∞' : formatNumber(cycle.growthPerStep, 4)}
        </Pair>
        <Pair term="Unstable">
          {cycle.unstableDirections} of {cycle.multipliers.length} direction
          {cycle.multipliers.length === 1 ? '' : 's'}
        </Pair>
        <Pair term="Margin">
          {cycle.margin === null ? 'no borders' : formatNumber(cycle.margin, 4)}
          {cycle.nearestBorder && (
            <span class="muted">
              {cycle.order > 1 && `point ${String(cycle.nearestBorder.point + 1)}, `}unit{' '}
              {cycle.nearestBorder.unit + 1}
            </span>
          )}
        </Pair>
        <Pair term="Residual">{scientific(cycle.residual, 0)}</Pair>
        {cycle.order > 1 && <Pair term="Closure">{scientific(cycle.closure, 0)}</Pair>}
        <Pair term="Verified">
          {cycle.verified ? 'by iterating the map' : 'no: the residual is too large'}
        </Pair>
        <Partner cycle={cycle} />
        {attractor && (
          <Pair term="Attracts">
            {formatNumber(attractor.share * 100, 0)} %<span class="muted">of the sampled starts</span>
          </Pair>
        )}
        <Pair term="Found by">{cycle.foundBy}</Pair>
        {!cycle.inDomain && <Pair term="Domain">outside the box of the proof</Pair>}
        {beyond && <Pair term="Claim">none: above the highest order searched</Pair>}
      </dl>
      <LaunchBeside id={cycle.id} points={cycle.points} />
      <Itinerary regions={cycle.regions} />
      <Points
        name={cycle.id}
        points={cycle.points}
        regions={cycle.regions}
        nearest={cycle.order > 1 ? (cycle.nearestBorder?.point ?? null) : null}
        copy={controller.copy}
      />
    </>
  );
}

/** Shows what an orbit does that starts next to the object. */
function LaunchBeside({
  id,
  points,
}: {
  id: string;
  points: readonly (readonly number[])[];
}): JSX.Element | null {
  const { state, controller } = usePanel();
  const point = points[0];
  if (!point || !state.report) return null;
  return (
    <p class="launch">
      <LinkButton onClick={() => controller.launchBeside(point)}>Launch a trajectory beside {id}</LinkButton>
    </p>
  );
}

function Partner({ cycle }: { cycle: Cycle }): JSX.Element | null {
  const { state, controller } = usePanel();
  const partners = useMemo(
    () =>
      partnersOf(
        state.objects.flatMap((object) => (object.kind === 'cycle' ? [object.cycle] : [])),
        cycle,
      ),
    [state.objects, cycle],
  );
  if (partners.length === 0) return null;
  const bits = cycle.order * (cycle.regions[0]?.length ?? 0);
  return (
    <Pair term={partners.length > 1 ? 'Partners' : 'Partner'}>
      {partners.map((id) => (
        <LinkButton key={id} label={`Select ${id}`} onClick={() => controller.select(id)}>
          {id}
        </LinkButton>
      ))}
      <span class="muted">1 of {bits} signs differs</span>
    </Pair>
  );
}

function BoundaryCard({ point }: { point: BoundaryPoint }): JSX.Element {
  const { controller } = usePanel();
  return (
    <>
      <p class="note">{point.note}</p>
      <dl class="pairs">
        <Pair term={point.units.length === 1 ? 'On the border of' : 'On borders of'}>
          {point.units.length <= 8
            ? `unit${point.units.length === 1 ? '' : 's'} ${point.units.map((unit) => unit + 1).join(', ')}`
            : `${String(point.units.length)} units`}
        </Pair>
        <Pair term="Itineraries">{point.itineraryCount.toLocaleString('en-US')}</Pair>
        <Pair term="Residual">{scientific(point.residual, 0)}</Pair>
        <Pair term="Verified">{point.verified ? 'by iterating the map' : 'no'}</Pair>
      </dl>
      <LaunchBeside id={point.id} points={point.points} />
      <Points name={point.id} points={point.points} regions={[]} nearest={null} copy={controller.copy} />
    </>
  );
}

function ContinuumCard({ continuum }: { continuum: Continuum }): JSX.Element {
  const { controller } = usePanel();
  return (
    <>
      <p class="note">
        Not isolated: every point of{' '}
        {continuum.dimension === 1 ? 'a line piece' : `a ${String(continuum.dimension)}-dimensional piece`} is
        such a {orderNoun(continuum.regions.length)}. One of its points and its directions follow.
      </p>
      <Points
        name="point"
        title="A point of it"
        points={[continuum.point]}
        regions={[]}
        nearest={null}
        copy={controller.copy}
      />
      <Points
        name="directions"
        title="Directions"
        points={continuum.directions}
        regions={[]}
        nearest={null}
        copy={controller.copy}
      />
    </>
  );
}

/** Exponents of an attractor that are listed. */
const MAX_EXPONENTS = 12;

function AttractorCard({ attractor }: { attractor: Attractor }): JSX.Element {
  return (
    <>
      <p class="note">{attractor.evidence}</p>
      <dl class="pairs">
        <Pair term="Share">
          {formatNumber(attractor.share * 100, 0)} %<span class="muted">of the sampled starts</span>
        </Pair>
        {attractor.spectrum ? (
          <>
            <Pair term="Lyapunov λ">
              {attractor.spectrum.exponents.slice(0, MAX_EXPONENTS).map((exponent, i) => (
                <div key={i}>{withError(exponent, attractor.spectrum?.errors[i] ?? 0)}</div>
              ))}
              <span class="muted">
                {attractor.spectrum.exponents.length > MAX_EXPONENTS &&
                  `${String(attractor.spectrum.exponents.length)} in all; `}
                per step ± standard error
              </span>
            </Pair>
            <Pair term="Dimension">
              {dimensionText(attractor.spectrum)}
              <span class="muted">Kaplan–Yorke</span>
            </Pair>
          </>
        ) : (
          attractor.lyapunov !== undefined && (
            <Pair term="Lyapunov λ">
              {formatNumber(attractor.lyapunov, 4)}
              <span class="muted">per step, estimated</span>
            </Pair>
          )
        )}
      </dl>
    </>
  );
}

interface PointsProps {
  readonly name: string;
  readonly title?: string;
  readonly points: readonly (readonly number[])[];
  readonly regions: readonly string[];
  /** 0-based row to emphasise: where the margin is attained. */
  readonly nearest: number | null;
  readonly copy: (text: string, what: string) => void;
}

function Points({ name, title, points, regions, nearest, copy }: PointsProps): JSX.Element {
  const [all, setAll] = useState(false);
  const dim = points[0]?.length ?? 0;
  const shownDim = Math.min(dim, MAX_COORDINATES);
  const rows = all ? points : points.slice(0, MAX_ROWS);
  const withRegions = (regions[0]?.length ?? Infinity) <= MAX_REGION;
  const heading = title ?? (points.length === 1 ? 'Point' : 'Points');
  // One point of many coordinates reads better downwards.
  const upright = points.length === 1 && dim > 3;
  return (
    <section class="points">
      <h3>{heading}</h3>
      <div class="table-scroll" tabIndex={0} role="group" aria-label={`${heading} of ${name}`}>
        {upright ? (
          <table>
            <thead>
              <tr>
                <th scope="col">i</th>
                <th scope="col">z</th>
              </tr>
            </thead>
            <tbody>
              {points[0]!.slice(0, all ? dim : MAX_ROWS).map((value, i) => (
                <tr key={i}>
                  <th scope="row">{i + 1}</th>
                  <td>{formatNumber(value, 5)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : (
          <table>
            <thead>
              <tr>
                <th scope="col">j</th>
                {Array.from({ length: shownDim }, (_, i) => (
                  <th scope="col" key={i}>
                    z{subscript(i + 1)}
                  </th>
                ))}
                {withRegions && <th scope="col">region</th>}
              </tr>
            </thead>
            <tbody>
              {rows.map((point, j) => (
                <tr key={j} class={j === nearest ? 'nearest' : ''}>
                  <th scope="row">{j + 1}</th>
                  {point.slice(0, shownDim).map((value, i) => (
                    <td key={i}>{formatNumber(value, 5)}</td>
                  ))}
                  {withRegions && <td class="region">{regions[j]}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      {!upright && dim > shownDim && (
        <p class="muted">
          z₁ to z{subscript(shownDim)} of {dim}; copying takes all.
        </p>
      )}
      {(upright ? dim : points.length) > MAX_ROWS && (
        <LinkButton onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${String(upright ? dim : points.length)}`}
        </LinkButton>
      )}
      <p class="copy">
        {LANGUAGES.map((language, index) => (
          <LinkButton
            key={language}
            label={`Copy as ${language}`}
            onClick={() => copy(pointsAs(language, name, points), `${name} as ${language}`)}
          >
            {index === 0 ? `Copy as ${language}` : language}
          </LinkButton>
        ))}
      </p>
    </section>
  );
}
