import type { ComponentChildren, JSX } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { TensorInfo } from '../../src/core/tensor';
import { DECIMALS } from '../../src/figures/format';
import { drawCounts } from '../../src/figures/histogram';
import type { Painter, Theme } from '../../src/figures/painter';
import {
  matrixShape,
  SPECTRUM_SIZE,
  type MatrixProperties,
  type TensorDetail,
} from '../../src/protocol/weights';
import { Figure } from '../figures/Figure';
import { LinkButton, Menu, NumberField } from '../ui';
import { Refused } from '../connection';
import type { Host } from './host';
import { countText, elementPath, numberText, shapeText } from './format';
import { HeatMap } from './HeatMap';

export interface TensorViewProps {
  readonly host: Host;
  readonly index: number;
  readonly tensor: TensorInfo;
  /** Parameter of the model that the tensor is. */
  readonly role: string | undefined;
  /** Of the statistics of a large tensor, 0 to 1. */
  readonly fraction: number | null;
  readonly revision: number;
  readonly onDetail: (detail: TensorDetail) => void;
}

/** One tensor: heat map, statistics, histogram, and what it is as a matrix. */
export function TensorView(props: TensorViewProps): JSX.Element {
  const { host, index, tensor, role, fraction, revision } = props;
  const { rows, columns, slices } = matrixShape(tensor.shape);
  const [detail, setDetail] = useState<TensorDetail | null>(null);
  const [problem, setProblem] = useState<Refused | null>(null);
  const [slice, setSlice] = useState(0);
  useEffect(() => setSlice(0), [tensor.name]);
  useEffect(() => {
    let gone = false;
    setDetail((previous) => (previous?.index === index ? previous : null));
    setProblem(null);
    host.ask('tensor', { index }).then(
      (found) => {
        if (gone) return;
        setDetail(found);
        props.onDetail(found);
      },
      (reason: unknown) => {
        if (!gone && reason instanceof Refused && reason.failure.kind !== 'cancelled') setProblem(reason);
      },
    );
    return () => {
      gone = true;
    };
  }, [index, tensor.name, revision]);
  const known = detail?.index === index ? detail : null;

  return (
    <div class="tensor-view">
      <div class="tensor-map">
        <div class="tensor-head">
          <h2 class="card-head">
            <span class="tensor-name">{tensor.name}</span>
            <span class="kind">
              {[
                role === undefined || role === tensor.name ? null : `parameter ${role}`,
                shapeText(tensor.shape),
                tensor.dtype,
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </h2>
          {slices > 1 && (
            <NumberField
              label="matrix"
              unit={`of ${slices.toLocaleString('en-US')}`}
              value={slice + 1}
              min={1}
              max={slices}
              onChange={(value) => setSlice(Math.round(value) - 1)}
            />
          )}
          <Menu
            text="Export"
            icon="export"
            label="Export tensor"
            groups={[
              {
                label: 'This tensor as',
                items: [
                  {
                    text: 'NumPy array',
                    detail: '.npy',
                    run: () => host.post({ type: 'exportTensor', index, format: 'npy' }),
                  },
                  {
                    text: 'Text',
                    detail: '.csv',
                    run: () => host.post({ type: 'exportTensor', index, format: 'csv' }),
                  },
                ],
              },
            ]}
          />
        </div>
        {rows === 0 || columns === 0 || slices === 0 ? (
          <p class="hint muted">The tensor has no elements.</p>
        ) : (
          <div class="map">
            <HeatMap
              host={host}
              index={index}
              tensor={tensor}
              slice={slice}
              limit={known?.normMax ?? null}
              revision={revision}
            />
          </div>
        )}
      </div>
      <aside class="tensor-side" aria-label="Statistics" tabIndex={0}>
        {problem ? (
          <div class="tensor-problem" role="alert">
            <h3>The values cannot be read</h3>
            <p>{problem.failure.message}</p>
            <p class="muted">{problem.failure.remedy}</p>
          </div>
        ) : !known ? (
          <Reading fraction={fraction} />
        ) : (
          <>
            <h3>Statistics</h3>
            <Statistics detail={known} tensor={tensor} />
            <Matrix host={host} detail={known} tensor={tensor} revision={revision} />
            <h3>Values</h3>
            <Values detail={known} name={tensor.name} />
          </>
        )}
      </aside>
    </div>
  );
}

function Reading({ fraction }: { fraction: number | null }): JSX.Element {
  return fraction === null ? (
    <div class="skeleton-rows" aria-label="Reading the values">
      <span />
      <span />
      <span />
    </div>
  ) : (
    <div class="reading" role="status">
      <p>Reading all values: {Math.floor(100 * fraction)} %</p>
      <div class="progress" aria-hidden="true">
        <span style={{ width: `${100 * fraction}%` }} />
      </div>
      <p class="muted">The heat map shows a sample meanwhile.</p>
    </div>
  );
}

function Pair({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Statistics({ detail, tensor }: { detail: TensorDetail; tensor: TensorInfo }): JSX.Element {
  const number = (value: number | null): string => numberText(value, DECIMALS.table);
  const { nan, positiveInfinite, negativeInfinite, firstNotFinite } = detail;
  const bad = [
    nan > 0 ? countText(nan, 'NaN', 'NaN') : null,
    positiveInfinite > 0 ? `${positiveInfinite.toLocaleString('en-US')} +∞` : null,
    negativeInfinite > 0 ? `${negativeInfinite.toLocaleString('en-US')} −∞` : null,
  ].filter(Boolean);
  const share = detail.elements === 0 ? 0 : (100 * detail.zeros) / detail.elements;
  return (
    <dl class="pairs">
      <Pair name="Elements">{detail.elements.toLocaleString('en-US')}</Pair>
      <Pair name="Not finite">
        {bad.length === 0 ? (
          'none'
        ) : (
          <>
            <span class="alarm">{bad.join(', ')}</span>
            {firstNotFinite !== null && (
              <span class="muted">
                first at {elementPath(tensor.name.split('.').at(-1) ?? '', tensor.shape, firstNotFinite)}
              </span>
            )}
          </>
        )}
      </Pair>
      <Pair name="Zeros">
        {detail.zeros.toLocaleString('en-US')}
        {detail.zeros > 0 && <span class="muted">{share.toFixed(share < 10 ? 1 : 0)} %</span>}
      </Pair>
      <Pair name="Minimum">{number(detail.min)}</Pair>
      <Pair name="Maximum">{number(detail.max)}</Pair>
      <Pair name="Mean">{number(detail.mean)}</Pair>
      <Pair name="Deviation">
        {number(detail.std)} <span class="muted">population</span>
      </Pair>
      <Pair name="1-norm">
        {number(detail.norm1)} <span class="muted">sum of moduli</span>
      </Pair>
      <Pair name="2-norm">
        {number(detail.norm2)} <span class="muted">Frobenius</span>
      </Pair>
      <Pair name="Max-norm">
        {number(detail.normMax)} <span class="muted">largest modulus</span>
      </Pair>
    </dl>
  );
}

/** Of square matrices: spectral radius, rank, condition; of larger ones when asked. */
function Matrix(props: {
  host: Host;
  detail: TensorDetail;
  tensor: TensorInfo;
  revision: number;
}): JSX.Element | null {
  const { host, detail, tensor, revision } = props;
  const [n = 0, columns] = tensor.shape;
  const square = tensor.shape.length === 2 && n === columns && n > 1;
  const finite = detail.firstNotFinite === null;
  const [found, setFound] = useState<MatrixProperties | null>(null);
  const [problem, setProblem] = useState('');
  const [asked, setAsked] = useState(false);
  const ask = (): void => {
    setAsked(true);
    host.ask('properties', { index: detail.index }).then(setFound, (reason: unknown) => {
      if (reason instanceof Refused && reason.failure.kind !== 'cancelled') setProblem(reason.message);
    });
  };
  useEffect(() => {
    setFound(null);
    setProblem('');
    setAsked(false);
    if (square && finite && n <= SPECTRUM_SIZE.unasked) ask();
  }, [detail.index, tensor.name, revision]);
  if (!square) return null;
  return (
    <>
      <h3>Square matrix</h3>
      {!finite ? (
        <p class="muted">Not all values are finite, so it has no spectrum.</p>
      ) : n > SPECTRUM_SIZE.asked ? (
        <p class="muted">
          Spectra are computed up to {SPECTRUM_SIZE.asked.toLocaleString('en-US')} rows.
        </p>
      ) : problem !== '' ? (
        <p>{problem}</p>
      ) : found?.index === detail.index ? (
        <dl class="pairs">
          <Pair name="Spectral rad.">{numberText(found.spectralRadius, DECIMALS.table)}</Pair>
          <Pair name="Spectral norm">{numberText(found.spectralNorm, DECIMALS.table)}</Pair>
          <Pair name="Rank">
            {found.rank} <span class="muted">of {n}</span>
          </Pair>
          <Pair name="Condition">
            {found.condition === null ? 'singular to working precision' : numberText(found.condition, 2)}
          </Pair>
        </dl>
      ) : asked ? (
        <p class="muted" role="status">
          Computing the spectrum…
        </p>
      ) : (
        <LinkButton onClick={ask}>Compute spectral radius, rank and condition</LinkButton>
      )}
    </>
  ); // prettier-ignore
}

function Values({ detail, name }: { detail: TensorDetail; name: string }): JSX.Element {
  const { histogram } = detail;
  const draw = useCallback(
    (painter: Painter, theme: Theme) => drawCounts(painter, histogram, theme),
    [histogram],
  );
  const finite = detail.elements - detail.nan - detail.positiveInfinite - detail.negativeInfinite;
  if (finite === 0) return <p class="muted">No finite value.</p>;
  return (
    <div class="histogram">
      <Figure
        label={`Histogram of the values of ${name}, from ${numberText(detail.min)} to ${numberText(detail.max)}`}
        title={`${name} values`}
        draw={draw}
        interaction={{}}
        readout=""
        pointer="default"
        minHeight={150}
      />
    </div>
  );
}
