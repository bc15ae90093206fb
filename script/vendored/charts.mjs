// The parts of ECharts the project draws with; everything else stays out of the bundle.
import { getInstanceByDom, init, use } from 'echarts/core';
import { BarChart, LineChart, PieChart } from 'echarts/charts';
import {
  AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent,
  TooltipComponent,
} from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';

use([
  AriaComponent, BarChart, CanvasRenderer, DatasetComponent, GridComponent, LegendComponent,
  LineChart, MarkLineComponent, PieChart, TooltipComponent,
]);

export { getInstanceByDom, init };
