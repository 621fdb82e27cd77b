-- One row a report and activity, in the order of their numbers, judged by the year's own cells (role flow); stocks only
-- say that there is one.
with reports as (
    select * from {{ ref('int_reports') }}
),

activities as (
    select * from {{ ref('int_activity_numbers') }}
),

cells_of_activities as (
    select
        form_cells.cell_no,
        activities.activity_no,
        form_cells.activity_role,
        -- The table of 2014 asks for two of the seven activities alone.
        activities.in_whole_report and form_cells.form_version <> 'F2014' as is_in_whole_report
    from {{ ref('int_form_cells') }} as form_cells
    inner join activities on form_cells.activity = activities.activity
),

of_report as (
    select
        packed.report_no,
        cells.activity_no,
        cells.is_in_whole_report,
        count(*) filter (where cells.activity_role = 'flow') as n_cells,
        count(*) filter (where cells.activity_role = 'flow' and packed.value_state in ('number', 'zero')) as n_numbers,
        count(*) filter (where cells.activity_role = 'flow' and packed.value_state = 'number') as n_above_zero,
        count(*) filter (where cells.activity_role = 'flow' and packed.value_state = 'zero') as n_zero,
        count(*) filter (where cells.activity_role = 'flow' and packed.value_state = 'absent') as n_absent,
        count(*) filter (where cells.activity_role = 'flow' and packed.value_state = 'ambiguous') as n_ambiguous,
        count(*) filter (
            where cells.activity_role = 'flow'
            and packed.value_state in ('blank', 'not_applicable', 'text', 'absent')
        ) as n_without_figure,
        bool_or(cells.activity_role = 'stock' and packed.value > 0) is true as has_stock,
        bool_or(cells.activity_role = 'stock' and packed.value is null) as has_unknown_stock,
        min(packed.line_start) filter (where cells.activity_role = 'flow') as line_start,
        max(packed.line_end) filter (where cells.activity_role = 'flow') as line_end
    from {{ ref('int_packed_cells') }} as packed
    inner join cells_of_activities as cells on packed.cell_no = cells.cell_no
    group by packed.report_no, cells.activity_no, cells.is_in_whole_report
),

-- The whole report is the cells of its activities together. Counted before they are doubled: there are many cells.
judged as (
    select * from of_report
    union all by name
    select of_report.* replace (activities.activity_no as activity_no)  -- noqa: RF02
    from of_report
    inner join activities on activities.activity = 'whole_report'
    where of_report.is_in_whole_report
),

counted as (
    select
        report_no,
        activity_no,
        cast(sum(n_cells) as bigint) as n_cells,
        cast(sum(n_numbers) as bigint) as n_numbers,
        cast(sum(n_above_zero) as bigint) as n_above_zero,
        cast(sum(n_zero) as bigint) as n_zero,
        cast(sum(n_absent) as bigint) as n_absent,
        cast(sum(n_ambiguous) as bigint) as n_ambiguous,
        cast(sum(n_without_figure) as bigint) as n_without_figure,
        -- Some stock above 0 is one; none is there only where every one is stated.
        case when bool_or(has_stock) then true when not bool_or(has_unknown_stock) then false end as has_stock,
        min(line_start) as line_start,
        max(line_end) as line_end
    from judged
    group by report_no, activity_no
),

from_prose as (
    select
        reports.report_no,
        activities.activity_no,
        prose.value
    from {{ ref('int_prose_figures') }} as prose
    inner join activities on prose.quantity = activities.prose_quantity
    inner join reports on prose.report_key = reports.report_key
)

select
    reports.report_no,
    activities.activity_no,
    cast(
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
        end as enum('active', 'zero', 'partly_blank', 'blank', 'absent', 'not_in_form')
    ) as status,
    coalesce(counted.n_cells, 0) as n_cells,
    coalesce(counted.n_numbers, 0) as n_numbers,
    case when counted.report_no is null then false else counted.has_stock end as has_stock,
    coalesce(counted.n_absent, 0) as n_absent,
    coalesce(counted.n_ambiguous, 0) as n_ambiguous,
    from_prose.value as prose_value,
    counted.line_start,
    counted.line_end
from reports
cross join activities
left join counted on reports.report_no = counted.report_no and activities.activity_no = counted.activity_no
left join from_prose on reports.report_no = from_prose.report_no and activities.activity_no = from_prose.activity_no
order by reports.report_no, activities.activity_no
