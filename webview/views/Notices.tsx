import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { otherKind, withoutFlags, type OtherKind } from '../../src/protocol/interpretations';
import { Button, Icon, LinkButton, type IconName } from '../ui';
import { usePanel } from './context';

/** One line each, between header and views: what limits what is shown. */
export function Notices(): JSX.Element | null {
  const { state, controller } = usePanel();
  const { report, model, failure, stale, phase, objects } = state;
  const other = model && otherKind(model.kind);
  // What was assumed has a line of its own.
  const warnings = report?.warnings.filter((warning) => !model?.assumptions.includes(warning)) ?? [];
  return (
    <div class="notices">
      {stale && phase !== 'running' && (
        <Notice
          icon="warning"
          kind="warning"
          action={<Button onClick={() => controller.rerun({})}>Analyze again</Button>}
        >
          The file changed on disk after this analysis.
        </Notice>
      )}
      {failure && objects.length > 0 && (
        <Notice
          icon="error"
          kind="error"
          action={
            <>
              <LinkButton onClick={controller.showLog}>Show log</LinkButton>
              <Button onClick={() => controller.rerun({})}>Retry</Button>
            </>
          }
        >
          {failure.message} {failure.remedy} What was found before is kept below.
        </Notice>
      )}
      {phase === 'done' && report?.search.partial && (
        <Notice
          icon="info"
          kind="info"
          action={<Button onClick={() => controller.rerun({})}>Search again</Button>}
        >
          {partialWords(report.search.stoppedBy, state.progress?.stage ?? null)} What was found is kept.
        </Notice>
      )}
      {model && model.assumptions.length > 0 && (
        <Notice icon="info" kind="info" action={other && <TakeAs kind={other} />}>
          <span class="equation">{model.equation.replaceAll(' - ', ' − ')}</span>{' '}
          {model.assumptions.map(withoutFlags).join(' ')}
        </Notice>
      )}
      {warnings.length > 0 && <Warnings warnings={warnings.map(withoutFlags)} />}
    </div>
  );
}

/** Has the model analysed as the other architecture with the same tensors. */
export function TakeAs({ kind }: { kind: OtherKind }): JSX.Element {
  const { controller } = usePanel();
  return <Button onClick={() => controller.takeAs(kind)}>Take it as {architectures[kind]}</Button>;
}

const architectures: Record<OtherKind, string> = {
  PLRNN: 'PLRNN',
  ALRNN: 'AL-RNN',
  shPLRNN: 'unclipped',
  clippedShPLRNN: 'clipped',
  dendPLRNN: 'unclipped',
  clippedDendPLRNN: 'clipped',
};

/** "Stopped by you at order 7." */
export function partialWords(stoppedBy: string | null, stage: string | null): string {
  const order = stage === null ? null : /order (\d+)/.exec(stage);
  const where = order ? ` at order ${order[1] ?? ''}` : stage === null ? '' : ` while searching ${stage}`;
  switch (stoppedBy) {
    case null:
    case 'stopped':
      return `Stopped by you${where}.`;
    default:
      return `The ${stoppedBy} was reached${where}.`;
  }
}

function Warnings({ warnings }: { warnings: readonly string[] }): JSX.Element {
  const [all, setAll] = useState(false);
  return (
    <Notice
      icon="warning"
      kind="warning"
      action={
        warnings.length > 1 && (
          <LinkButton onClick={() => setAll(!all)}>
            {all ? 'Show fewer' : `Show all ${String(warnings.length)}`}
          </LinkButton>
        )
      }
    >
      {all ? (
        <ul class="sentences">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      ) : (
        warnings[0]
      )}
    </Notice>
  );
}

function Notice(props: {
  icon: IconName;
  kind: 'info' | 'warning' | 'error';
  action?: ComponentChildren;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <div class={`notice ${props.kind}`} role={props.kind === 'error' ? 'alert' : 'status'}>
      <Icon name={props.icon} />
      <div class="notice-text">{props.children}</div>
      {props.action !== undefined && props.action !== false && (
        <div class="notice-action">{props.action}</div>
      )}
    </div>
  );
}
