-- One row a report and activity, judged by the year's own cells (role flow); stocks only say that there is one.
with reports as (
    select * from {{ ref('int_reports') }}
),

activities as (
    select * from {{ ref('activities') }}
),

cells as (
    select * from {{ ref('int_named_cells') }}
),

activity_cells as (
    select * from {{ ref('activity_cells') }}
),

prose as (
    select * from {{ ref('int_prose_figures') }}
),

of_activity as (
    select
        activity_cells.activity,
        activities.in_whole_report,
        activity_cells.role,
        cells.form_version,
        cells.report_key,
        cells.value,
        cells.value_state,
        cells.line_start,
        cells.line_end
    from cells
    inner join activity_cells
        on
            cells.form_version = activity_cells.form_version
            and cells.table_key = activity_cells.table_key
            and cells.row_key = activity_cells.row_key
            and cells.column_key = activity_cells.column_key
    inner join activities on activity_cells.activity = activities.activity
),

of_report as (
    select
        report_key,
        activity,
        -- The table of 2014 asks for two of the seven activities alone.
        in_whole_report and form_version <> 'F2014' as is_in_whole_report,
        count(*) filter (where role = 'flow') as n_cells,
        count(*) filter (where role = 'flow' and value_state in ('number', 'zero')) as n_numbers,
        count(*) filter (where role = 'flow' and value_state = 'number') as n_above_zero,
        count(*) filter (where role = 'flow' and value_state = 'zero') as n_zero,
        count(*) filter (where role = 'flow' and value_state = 'absent') as n_absent,
        count(*) filter (
            where role = 'flow' and value_state in ('blank', 'not_applicable', 'text', 'absent')
        ) as n_without_figure,
        bool_or(role = 'stock' and value > 0) as has_stock,
        min(line_start) filter (where role = 'flow') as line_start,
        max(line_end) filter (where role = 'flow') as line_end
    from of_activity
    group by report_key, activity, is_in_whole_report
),

-- The whole report is the cells of its activities together. Counted before they are doubled: there are many cells.
judged as (
    select * from of_report
    union all by name
    select of_report.* replace ('whole_report' as activity)
    from of_report
    where is_in_whole_report
),

counted as (
    select
        report_key,
        activity,
        cast(sum(n_cells) as bigint) as n_cells,
        cast(sum(n_numbers) as bigint) as n_numbers,
        cast(sum(n_above_zero) as bigint) as n_above_zero,
        cast(sum(n_zero) as bigint) as n_zero,
        cast(sum(n_absent) as bigint) as n_absent,
        cast(sum(n_without_figure) as bigint) as n_without_figure,
        coalesce(bool_or(has_stock), false) as has_stock,
        min(line_start) as line_start,
        max(line_end) as line_end
    from judged
    group by report_key, activity
),

stated as (
    select
        reports.report_key,
        reports.body_key,
        reports.report_year,
        activities.activity,
        case
            when
                coalesce(counted.n_cells, 0) = 0
                and reports.form_version = 'none'
                and activities.activity <> 'disclosure'
                then 'absent'
            when coalesce(counted.n_cells, 0) = 0 then 'not_in_form'
            when counted.n_above_zero > 0 then 'active'
            when counted.n_zero = counted.n_cells then 'zero'
            when counted.n_absent = counted.n_cells then 'absent'
            when counted.n_without_figure = counted.n_cells then 'blank'
            else 'partly_blank'
        end as status,
        coalesce(counted.n_cells, 0) as n_cells,
        coalesce(counted.n_numbers, 0) as n_numbers,
        coalesce(counted.has_stock, false) as has_stock,
        prose.value as prose_value,
        counted.line_start,
        counted.line_end
    from reports
    cross join activities
    left join counted
        on reports.report_key = counted.report_key and activities.activity = counted.activity
    left join prose
        on reports.report_key = prose.report_key and activities.prose_quantity = prose.quantity
)

select
    *,
    status = 'zero' as is_zero_activity,
    status = 'zero' and coalesce(prose_value > 0, false) as prose_contradicts
from stated
