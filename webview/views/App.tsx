import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { FigureHandle } from '../figures/types';
import type { Tab } from '../store';
import { Icon, Tabs, panelId, tabId } from '../ui';
import { Announcer } from './Announcer';
import { FailureView } from './FailureView';
import { Header } from './Header';
import { ObjectMark } from './Mark';
import { Notices } from './Notices';
import { ObjectCard } from './ObjectCard';
import { ObjectList } from './ObjectList';
import { ProgressBar } from './ProgressBar';
import { PlaneTools, PlaneView } from './PlaneView';
import { RegionsTools, RegionsView } from './RegionsView';
import { SensitivityTools, SensitivityView } from './SensitivityView';
import { SpectrumTools, SpectrumView } from './SpectrumView';
import { StateSpaceTools, StateSpaceView } from './StateSpaceView';
import { TimeSeriesTools, TimeSeriesView } from './TimeSeriesView';
import { WeightsTools, WeightsView } from './WeightsView';
import { useMedia, usePanel } from './context';

const VIEWS = {
  state: { text: 'State space', View: StateSpaceView, Tools: StateSpaceTools },
  spectrum: { text: 'Spectrum', View: SpectrumView, Tools: SpectrumTools },
  series: { text: 'Time series', View: TimeSeriesView, Tools: TimeSeriesTools },
  regions: { text: 'Regions', View: RegionsView, Tools: RegionsTools },
  plane: { text: 'Parameter plane', View: PlaneView, Tools: PlaneTools },
  sensitivity: { text: 'Sensitivity', View: SensitivityView, Tools: SensitivityTools },
  weights: { text: 'Weights', View: WeightsView, Tools: WeightsTools },
} as const;
const TAB_LIST = (Object.keys(VIEWS) as Tab[]).map((id) => ({ id, text: VIEWS[id].text }));

export function App(): JSX.Element {
  const { state, controller } = usePanel();
  const handle = useRef<FigureHandle>(null);
  const narrow = useMedia('(max-width: 759px)');
  const { kept, failure, objects, model, phase } = state;
  const { text, View, Tools } = VIEWS[kept.tab];
  const failed = phase === 'failed' && failure !== null && objects.length === 0;
  return (
    <div class="app">
      <header>
        <Header figure={failed || !state.report ? null : { name: text, handle }} />
        <ProgressBar />
      </header>
      <main class="main">
        <Notices />
        {failed ? (
          <FailureView failure={failure} />
        ) : (
          <>
            <Tabs
              label="Views"
              tabs={TAB_LIST}
              selected={kept.tab}
              onSelect={(tab) => controller.keep({ tab })}
            >
              {model && <Tools />}
            </Tabs>
            <div class="body">
              {narrow ? (
                <ListDropdown />
              ) : (
                <div class="side">
                  <ObjectList />
                  <ObjectCard />
                </div>
              )}
              <div class="view" role="tabpanel" id={panelId(kept.tab)} aria-labelledby={tabId(kept.tab)}>
                {model ? <View handle={handle} /> : <Skeleton />}
              </div>
              {narrow && <ObjectCard />}
            </div>
          </>
        )}
      </main>
      <Announcer />
    </div>
  );
}

/** The list where there is no room for a column. */
function ListDropdown(): JSX.Element {
  const { state } = usePanel();
  const [open, setOpen] = useState(false);
  const selected = state.objects.find(({ id }) => id === state.kept.selected);
  return (
    <div class="list-dropdown">
      <button type="button" class="list-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {selected ? (
          <>
            <ObjectMark object={selected} />
            <strong>{selected.id}</strong>
            <span>{selected.word}</span>
          </>
        ) : (
          <span>Objects</span>
        )}
        <span class="muted">{state.objects.length > 1 && `of ${String(state.objects.length)} objects`}</span>
        <Icon name="chevron" />
      </button>
      {open && <ObjectList />}
    </div>
  );
}

/** Where the portrait will stand, until the model is known. */
function Skeleton(): JSX.Element {
  return (
    <div class="skeleton" aria-hidden="true">
      <span class="skeleton-figure" />
    </div>
  );
}
