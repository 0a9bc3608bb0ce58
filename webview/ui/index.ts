export { Button, Checkbox, Divider, Dropdown, ProgressRing, TextField } from './toolkit';
export { LinkButton, Menu, NumberField, Popover, Segments, Tabs, panelId, tabId } from './native';
export { Icon, type IconName } from './icons';
