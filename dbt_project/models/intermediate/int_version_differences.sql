-- Every version that is not current against the current one: cells that differ in value or state, and quantities of the
-- prose that differ. A cell that one of them does not print is `missing`.
with versions as (
    select * from {{ ref('int_report_versions') }}
    where not is_current
),

compared as (
    select
        report_key,
        current_report_key
    from versions
),

members as (
    select report_key from compared
    union
    select current_report_key as report_key from compared
),

cells as (
    select * from {{ ref('int_cells') }}
    where report_key in (select members.report_key from members)
),

figures as (
    select * from {{ ref('int_prose_figures') }}
    where report_key in (select members.report_key from members)
),

quotes as (
    select
        report_key,
        quantity,
        string_agg(distinct quote, ' / ' order by quote) as quote
    from {{ ref('int_prose_counts') }}
    where report_key in (select members.report_key from members)
    group by report_key, quantity
),

items as (
    select
        report_key,
        table_key,
        row_key,
        column_key,
        cast(null as varchar) as quantity,
        value,
        value_state,
        raw_value,
        line_start,
        line_end
    from cells
    union all by name
    select
        figures.report_key,
        figures.quantity,
        figures.value,
        figures.value_state,
        quotes.quote as raw_value,
        figures.line_start,
        figures.line_end
    from figures
    inner join quotes on figures.report_key = quotes.report_key and figures.quantity = quotes.quantity
),

keyed as (
    select
        *,
        concat_ws('|', table_key, row_key, column_key, quantity) as item_key
    from items
),

own as (
    select
        compared.report_key,
        compared.current_report_key,
        keyed.* exclude (report_key)  -- noqa: RF02
    from compared
    inner join keyed on compared.report_key = keyed.report_key
),

present as (
    select
        compared.report_key,
        compared.current_report_key,
        keyed.* exclude (report_key)  -- noqa: RF02
    from compared
    inner join keyed on compared.current_report_key = keyed.report_key
),

paired as (
    select
        coalesce(own.report_key, present.report_key) as report_key,
        coalesce(own.current_report_key, present.current_report_key) as current_report_key,
        coalesce(own.table_key, present.table_key) as table_key,
        coalesce(own.row_key, present.row_key) as row_key,
        coalesce(own.column_key, present.column_key) as column_key,
        coalesce(own.quantity, present.quantity) as quantity,
        own.value,
        coalesce(own.value_state, 'absent') as value_state,
        own.raw_value,
        own.line_start,
        own.line_end,
        present.value as current_value,
        coalesce(present.value_state, 'absent') as current_value_state,
        present.raw_value as current_raw_value,
        present.line_start as current_line_start,
        present.line_end as current_line_end
    from own
    full join present on own.report_key = present.report_key and own.item_key = present.item_key
)

select
    *,
    case
        when quantity is not null then 'prose'
        when value_state = 'absent' or current_value_state = 'absent' then 'missing'
        when value is null or current_value is null then 'state'
        else 'value'
    end as difference_kind
from paired
where value_state <> current_value_state or value is distinct from current_value
