{%- set of_whole_report = [
    ('form_cells', 'n_cells', "'absent'"),
    ('printed_cells', 'n_printed', "'absent'"),
    ('blank_cells', 'n_blank', "'absent'"),
    ('absent_cells', 'n_cells - n_printed', "'absent'"),
    ('ambiguous_cells', 'n_ambiguous', "'absent'"),
    ('printed_tables', 'n_printed_tables', "'absent'"),
    ('blank_tables', 'n_blank_tables', "'absent'"),
    ('blank_report', 'n_with_figure = 0', "'absent'"),
    ('rules', 'n_rules', "'absent'"),
    ('rules_assessable', 'n_assessable', "'absent'"),
    ('sums_assessable', 'n_sums', "'absent'"),
    ('sums_failed', 'n_sums_failed', "'absent'"),
    ('has_failed_sum', 'case when n_sums > 0 then n_sums_failed > 0 end', "'not_assessable'"),
    ('year_links_assessable', 'n_year_links', "'absent'"),
    ('year_links_passed', 'n_year_links_passed', "'absent'"),
    ('prose_links_assessable', 'n_prose_links', "'absent'"),
    ('prose_links_passed', 'n_prose_links_passed', "'absent'"),
    ('publication_delay_days', 'publication_delay_days', "'not_stated'"),
    ('fees_yuan', 'fees_yuan', 'coalesce(fees_state, state_without_form)'),
    ('procurement_yuan', 'procurement_yuan', 'coalesce(procurement_state, state_without_form)'),
] -%}
-- What metrics count beside the cells of the form, in the order of report and quantity. A null says why in value_state;
-- every report has every `report.` quantity, and a `prose.` quantity where its prose states it.
with reports as (
    select * from {{ ref('int_reports') }}
),

numbers as (
    select * from {{ ref('int_quantity_numbers') }}
),

zeros as (
    select
        activities.activity_no,
        numbers.quantity_no
    from {{ ref('int_activity_numbers') }} as activities
    inner join numbers on 'report.zero_' || activities.activity = numbers.quantity
),

procurement as (
    select * from {{ ref('int_procurement') }}
),

fees as (
    select * from {{ ref('int_fees') }}
),

prose as (
    select * from {{ ref('int_prose_figures') }}
),

of_table as (
    select
        report_no,
        table_key,
        sum(n_cells) as n_cells,
        sum(case when value_state <> 'absent' then n_cells else 0 end) as n_printed,
        sum(case when value_state = 'blank' then n_cells else 0 end) as n_blank,
        sum(case when value_state = 'ambiguous' then n_cells else 0 end) as n_ambiguous,
        sum(case when value_state in ('number', 'zero', 'ambiguous') then n_cells else 0 end) as n_with_figure
    from {{ ref('int_cell_states') }}
    where table_key <> 'provincial'
    group by report_no, table_key
),

of_form as (
    select
        report_no,
        sum(n_cells) as n_cells,
        sum(n_printed) as n_printed,
        sum(n_blank) as n_blank,
        sum(n_ambiguous) as n_ambiguous,
        sum(n_with_figure) as n_with_figure,
        count(case when n_printed > 0 then 1 end) as n_printed_tables,
        count(case when n_printed > 0 and n_with_figure = 0 then 1 end) as n_blank_tables
    from of_table
    group by report_no
),

rules as (
    select
        rule_key,
        min(rule_kind) as rule_kind
    from {{ ref('rules') }}
    group by rule_key
),

kinds as (
    select
        places.result_no,
        rules.rule_kind
    from {{ ref('int_rule_places') }} as places
    inner join rules on places.rule_key = rules.rule_key
),

-- Counted by kind and status first: a report has some eighty results, of few kinds.
results as (
    select
        results.report_no,
        kinds.rule_kind,
        results.status,
        count(*) as n_results
    from {{ ref('int_rule_results') }} as results
    inner join kinds on results.result_no = kinds.result_no
    group by results.report_no, kinds.rule_kind, results.status
),

of_rules as (
    select
        report_no,
        sum(n_results) as n_rules,
        sum(case when status <> 'not_assessable' then n_results else 0 end) as n_assessable,
        sum(case when rule_kind = 'sum' and status <> 'not_assessable' then n_results else 0 end) as n_sums,
        sum(case when rule_kind = 'sum' and status = 'fail' then n_results else 0 end) as n_sums_failed,
        sum(case when rule_kind = 'year_link' and status <> 'not_assessable' then n_results else 0 end) as n_year_links,
        sum(case when rule_kind = 'year_link' and status = 'pass' then n_results else 0 end) as n_year_links_passed,
        sum(case when rule_kind = 'prose_link' and status <> 'not_assessable' then n_results else 0 end)
            as n_prose_links,
        sum(case when rule_kind = 'prose_link' and status = 'pass' then n_results else 0 end) as n_prose_links_passed
    from results
    group by report_no
),

of_report as (
    select
        reports.report_no,
        date_diff('day', make_date(reports.report_year + 1, 1, 1), reports.published_on) + 1 as publication_delay_days,
        of_form.* exclude (report_no),  -- noqa: RF02
        of_rules.* exclude (report_no),  -- noqa: RF02
        fees.amount_yuan as fees_yuan,
        procurement.amount_yuan as procurement_yuan,
        case when reports.form_version = 'none' then 'absent' else 'not_in_form' end as state_without_form,
        case when fees.amount is not null then 'unit_unknown' else fees.amount_state end as fees_state,
        case when procurement.amount is not null then 'unit_unknown' else procurement.amount_state end
            as procurement_state
    from reports
    left join of_form on reports.report_no = of_form.report_no
    left join of_rules on reports.report_no = of_rules.report_no
    left join fees on reports.report_key = fees.report_key
    left join procurement on reports.report_key = procurement.report_key
),

-- One list a report, taken apart: the report's row is read once.
listed as (
    select
        report_no,
        unnest([
            {% for quantity, value, state in of_whole_report -%}
            {
                list_no: {{ loop.index }},
                value: cast({{ value }} as double),
                state: {{ state }}
            }{{ ',' if not loop.last }}
            {% endfor %}
        ]) as entry
    from of_report
),

list_numbers (list_no, quantity) as (
    values
    {% for quantity, value, state in of_whole_report -%}
    ({{ loop.index }}, 'report.{{ quantity }}'){{ ',' if not loop.last }}
    {% endfor %}
),

quantities as (
    select
        listed.report_no,
        numbers.quantity_no,
        listed.entry.value,
        listed.entry.state
    from listed
    inner join list_numbers on listed.entry.list_no = list_numbers.list_no
    inner join numbers on list_numbers.quantity = numbers.quantity
    union all
    select
        statuses.report_no,
        zeros.quantity_no,
        case statuses.status when 'zero' then 1 when 'active' then 0 end as value,
        -- Of several reasons the one that tells most: figures without a place before cells that are missing, or blank.
        case
            when statuses.status not in ('partly_blank', 'blank') then cast(statuses.status as varchar)
            when statuses.n_ambiguous > 0 then 'ambiguous'
            when statuses.n_absent > 0 then 'absent'
            else cast(statuses.status as varchar)
        end as state
    from {{ ref('int_activity_status') }} as statuses
    inner join zeros on statuses.activity_no = zeros.activity_no
    union all
    select
        reports.report_no,
        numbers.quantity_no,
        case when not prose.is_approximate then prose.value end as value,
        case when prose.value is not null and prose.is_approximate then 'approximate' else prose.value_state end
            as state
    from prose
    inner join reports on prose.report_key = reports.report_key
    inner join numbers on 'prose.' || prose.quantity = numbers.quantity
)

select
    report_no,
    quantity_no,
    value,
    cast(
        case when value = 0 then 'zero' when value is not null then 'number' else state end
        as enum(
            'number', 'zero', 'blank', 'not_applicable', 'text', 'ambiguous', 'absent', 'not_in_form', 'not_stated',
            'not_assessable', 'unit_unknown', 'approximate', 'active', 'partly_blank'
        )
    ) as value_state
from quantities
order by report_no, quantity_no
