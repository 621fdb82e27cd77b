-- Versions that are not current against the current one: cells that differ in value or state, and quantities of the
-- prose that differ. A cell that one of them does not print is `missing`. Of a body and year with very many versions
-- the best ones by rank are compared; of the others `n_differences` is null.
with versions as (
    select * from {{ ref('int_report_versions') }}
    where not is_current and version_rank <= 1 + {{ var('max_compared_versions') }}
),

numbers as (
    select * from {{ ref('int_report_numbers') }}
),

compared as (
    select
        versions.report_key,
        versions.current_report_key,
        own.report_no,
        present.report_no as current_no
    from versions
    inner join numbers as own on versions.report_key = own.report_key
    inner join numbers as present on versions.current_report_key = present.report_key
),

members as (
    select report_key from compared
    union
    select current_report_key as report_key from compared
),

form_cells as (
    select * from {{ ref('int_form_cells') }}
),

places as (
    select distinct
        cell_no // 16 as place,
        table_key,
        row_key,
        column_key
    from form_cells
),

words as (
    select * from {{ ref('int_cell_words') }}
),

cells as not materialized (
    select
        report_no,
        cell_no // 16 as place,
        value,
        value_state,
        raw_value_no,
        line_start,
        line_end
    from {{ ref('int_packed_cells') }}
),

own_cells as not materialized (
    select
        compared.current_no,
        cells.*
    from cells
    inner join compared on cells.report_no = compared.report_no
),

present_cells as not materialized (
    select
        compared.report_no,
        compared.current_no,
        cells.* exclude (report_no)  -- noqa: RF02
    from cells
    inner join compared on cells.report_no = compared.current_no
),

differing_cells as (
    select
        coalesce(own.report_no, present.report_no) as report_no,
        coalesce(own.place, present.place) as place,
        own.value,
        coalesce(own.value_state, 'absent') as value_state,
        own.raw_value_no,
        own.line_start,
        own.line_end,
        present.value as current_value,
        coalesce(present.value_state, 'absent') as current_value_state,
        present.raw_value_no as current_raw_value_no,
        present.line_start as current_line_start,
        present.line_end as current_line_end
    from own_cells as own
    full join present_cells as present on own.report_no = present.report_no and own.place = present.place
    where
        coalesce(own.value_state, 'absent') <> coalesce(present.value_state, 'absent')
        or own.value is distinct from present.value
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

own_items as (
    select
        compared.current_report_key,
        items.*
    from compared
    inner join items on compared.report_key = items.report_key
),

present_items as (
    select
        compared.report_key,
        compared.current_report_key,
        items.* exclude (report_key)  -- noqa: RF02
    from compared
    inner join items on compared.current_report_key = items.report_key
),

paired_items as (
    select
        coalesce(own.report_key, present.report_key) as report_key,
        coalesce(own.current_report_key, present.current_report_key) as current_report_key,
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
    from own_items as own
    full join present_items as present
        on own.report_key = present.report_key and own.quantity = present.quantity
),

paired as (
    select
        compared.report_key,
        compared.current_report_key,
        places.table_key,
        places.row_key,
        places.column_key,
        cast(null as varchar) as quantity,
        cells.value,
        cast(cells.value_state as varchar) as value_state,
        own_words.word as raw_value,
        cells.line_start,
        cells.line_end,
        cells.current_value,
        cast(cells.current_value_state as varchar) as current_value_state,
        present_words.word as current_raw_value,
        cells.current_line_start,
        cells.current_line_end
    from differing_cells as cells
    inner join compared on cells.report_no = compared.report_no
    inner join places on cells.place = places.place
    left join words as own_words on cells.raw_value_no = own_words.word_no
    left join words as present_words on cells.current_raw_value_no = present_words.word_no
    union all by name
    select * from paired_items
    where value_state <> current_value_state or value is distinct from current_value
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
