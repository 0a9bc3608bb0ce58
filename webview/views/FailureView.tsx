import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { withoutFlags } from '../../src/protocol/interpretations';
import type { Failure } from '../../src/protocol/job';
import { Button, Icon, LinkButton, type IconName } from '../ui';
import { usePanel } from './context';

/** In place of the views when there is nothing to show: what is wrong, where, and what to do. */
export function FailureView({ failure }: { failure: Failure }): JSX.Element {
  const { controller } = usePanel();
  const retry = (kind: 'primary' | 'secondary' = 'primary'): JSX.Element => (
    <Button kind={kind} icon="rerun" onClick={() => controller.rerun({})}>
      Retry
    </Button>
  );
  switch (failure.kind) {
    case 'question': {
      const title = failure.question?.text ?? failure.message;
      const words = failure.question ? failure.message : failure.remedy;
      return (
        <Message icon="question" title={title}>
          {words !== '' && words !== title && <p class="muted">{words}</p>}
          <div class="choices">
            {failure.question?.choices.map((choice, index) => (
              <button
                key={choice.label}
                type="button"
                class="choice"
                onClick={() => controller.choose(index)}
              >
                <strong>{choice.label}</strong>
                <span>{choice.detail}</span>
              </button>
            ))}
          </div>
          <p class="muted">The answer is remembered for this folder.</p>
        </Message>
      );
    }
    case 'unrecognised':
      return (
        <Message icon="question" title="Which tensor is which?">
          <Where failure={failure} />
          <div class="actions">
            <Button kind="primary" onClick={controller.mapTensors}>
              Choose tensors…
            </Button>
            {retry('secondary')}
          </div>
          <Mappable failure={failure} />
        </Message>
      );
    case 'cancelled':
      return (
        <Message icon="info" title="The analysis was cancelled">
          <div class="actions">{retry()}</div>
        </Message>
      );
    case 'input':
    case 'internal':
      return (
        <Message
          icon="error"
          title={failure.kind === 'input' ? 'This file cannot be analysed' : 'The analysis failed'}
          alert
        >
          <Where failure={failure} />
          <div class="actions">
            {retry()}
            <LinkButton onClick={controller.showLog}>Show log</LinkButton>
          </div>
          <Details stack={failure.stack} />
        </Message>
      );
  }
}

function Message(props: {
  icon: IconName;
  title: string;
  alert?: boolean;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <div
      class={`message ${props.icon}`}
      role={props.alert ? 'alert' : 'group'}
      aria-labelledby="message-head"
    >
      <Icon name={props.icon} />
      <div class="message-body">
        <h2 id="message-head">{props.title}</h2>
        {props.children}
      </div>
    </div>
  );
}

function Where({ failure }: { failure: Failure }): JSX.Element {
  return (
    <>
      <p>{failure.message}</p>
      {failure.place !== '' && (
        <p class="place">
          <span class="muted">At</span> <code>{failure.place}</code>
        </p>
      )}
      {failure.remedy !== '' && <p>{withoutFlags(failure.remedy)}</p>}
    </>
  );
}

function Mappable({ failure }: { failure: Failure }): JSX.Element | null {
  const kinds = failure.unrecognised?.mappable ?? [];
  if (kinds.length === 0) return null;
  return (
    <>
      <h3>Architectures that the shapes allow</h3>
      <dl class="pairs">
        {kinds.map((kind) => (
          <>
            <dt>{kind.kind}</dt>
            <dd>{kind.parameters.map(({ name, optional }) => (optional ? `(${name})` : name)).join(', ')}</dd>
          </>
        ))}
      </dl>
    </>
  );
}

function Details({ stack }: { stack: string | undefined }): JSX.Element | null {
  const [open, setOpen] = useState(false);
  if (stack === undefined) return null;
  return (
    <div class="stack-details">
      <LinkButton onClick={() => setOpen(!open)}>{open ? 'Hide details' : 'Show details'}</LinkButton>
      {open && (
        <pre tabIndex={0} aria-label="Technical details">
          {stack}
        </pre>
      )}
    </div>
  );
}
