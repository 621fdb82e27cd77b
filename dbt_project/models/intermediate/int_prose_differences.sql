-- Quantities of the prose in which a version differs from the current one, with their quotes. What one of them does not
-- state is absent there.
with compared as (
    select * from {{ ref('int_compared_versions') }}
),

members as (
    select report_key from compared
    union
    select current_report_key as report_key from compared
),

figures as (
    select * from {{ ref('int_prose_figures') }}
    where report_key in (select members.report_key from members)
),

quotes as (
    select
        report_key,
        quantity,
        array_to_string(list_sort(list_distinct(list(quote) filter (where quote is not null))), ' / ') as quote
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
        compared.report_no,
        compared.current_no,
        items.*
    from compared
    inner join items on compared.report_key = items.report_key
),

present_items as (
    select
        compared.report_no,
        compared.current_no,
        items.* exclude (report_key)  -- noqa: RF02
    from compared
    inner join items on compared.current_report_key = items.report_key
),

paired_items as (
    select
        coalesce(own.report_no, present.report_no) as report_no,
        coalesce(own.current_no, present.current_no) as current_no,
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
        on own.report_no = present.report_no and own.quantity = present.quantity
)

select * from paired_items
where value_state <> current_value_state or value is distinct from current_value
order by report_no, quantity
