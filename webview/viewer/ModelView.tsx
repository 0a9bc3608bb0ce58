import { withoutFlags } from '../../src/protocol/interpretations';
import type { ComponentChildren, JSX } from 'preact';
import type { ModelVerdict, Inspection } from '../../src/protocol/weights';
import { Button, Icon, type IconName } from '../ui';
import type { Host } from './host';
import { shapeText } from './format';

/** What the weights are taken for: equation, mapping, assumptions; or the question that decides it. */
export function ModelView({
  inspection,
  host,
  onSelect,
}: {
  readonly inspection: Inspection;
  readonly host: Host;
  readonly onSelect: (name: string) => void;
}): JSX.Element {
  const { model } = inspection;
  const edit = (kind: 'primary' | 'secondary', text: string): JSX.Element => (
    <Button kind={kind} onClick={() => host.post({ type: 'mapTensors' })}>
      {text}
    </Button>
  );
  switch (model.status) {
    case 'recognised':
      return (
        <div class="model-view">
          <h2 class="card-head">
            {model.kind}
            <span class="kind">{dimensions(model)}</span>
          </h2>
          <p class="equation">{model.equation}</p>
          <h3>Which tensor is which parameter</h3>
          <table class="mapping">
            <thead>
              <tr>
                <th scope="col">parameter</th>
                <th scope="col">tensor</th>
                <th scope="col">shape</th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(model.tensors).map(([parameter, name]) => (
                <tr key={parameter}>
                  <th scope="row">{parameter}</th>
                  <td>
                    <button type="button" class="link" onClick={() => onSelect(name)}>
                      {name}
                    </button>
                  </td>
                  <td>{shapeText(inspection.tensors.find((tensor) => tensor.name === name)?.shape ?? [])}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <div class="actions">{edit('secondary', 'Edit mapping…')}</div>
          <Sentences title="Assumptions" items={model.assumptions.map(withoutFlags)} />
          <Sentences title="Notes" items={model.notes} />
        </div>
      );
    case 'ambiguous':
      return (
        <Message icon="question" title={model.question.text}>
          <div class="choices">
            {model.question.choices.map((choice, index) => (
              <button
                key={choice.label}
                type="button"
                class="choice"
                onClick={() => host.post({ type: 'choose', index })}
              >
                <strong>{choice.label}</strong>
                <span>{choice.detail}</span>
              </button>
            ))}
          </div>
          <p class="muted">The answer is remembered for this folder.</p>
          <div class="actions">{edit('secondary', 'Edit mapping…')}</div>
        </Message>
      );
    case 'unrecognised':
      return (
        <Message icon="question" title="Which model is this?">
          <p>{model.reason}</p>
          <p class="muted">{withoutFlags(model.remedy)}</p>
          <div class="actions">{edit('primary', 'Edit mapping…')}</div>
        </Message>
      );
    case 'refused':
      return (
        <Message icon="info" title={`This is ${model.what}`}>
          <p>{model.reason}</p>
          <p>{model.remedy}</p>
        </Message>
      );
  }
}

export function dimensions(model: Extract<ModelVerdict, { status: 'recognised' }>): string {
  const units = `${String(model.reluUnits)} ReLU unit${model.reluUnits === 1 ? '' : 's'}`;
  const input = model.inputDim === 0 ? 'no input' : `input of ${String(model.inputDim)}`;
  return `M = ${String(model.stateDim)} · ${units} · ${input}`;
}

function Sentences({ title, items }: { title: string; items: readonly string[] }): JSX.Element | null {
  if (items.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="sentences">
        {items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </>
  );
}

export function Message(props: {
  readonly icon: IconName;
  readonly title: string;
  readonly alert?: boolean;
  readonly children: ComponentChildren;
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
