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
-- What metrics count beside the cells of the form. A null says why in value_state; every report has every `report.`
-- quantity, and a `prose.` quantity where its prose states it.
with reports as (
    select * from {{ ref('int_reports') }}
),

activity_status as (
    select * from {{ ref('int_activity_status') }}
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

rule_results as (
    select
        results.report_no,
        results.status,
        rules.rule_kind
    from {{ ref('int_rule_results') }} as results
    inner join {{ ref('int_rule_places') }} as places on results.result_no = places.result_no
    inner join {{ ref('dim_rule') }} as rules on places.rule_key = rules.rule_key
),

of_table as (
    select
        report_key,
        table_key,
        count(*) as n_cells,
        count(*) filter (where value_state <> 'absent') as n_printed,
        count(*) filter (where value_state = 'blank') as n_blank,
        count(*) filter (where value_state = 'ambiguous') as n_ambiguous,
        count(*) filter (where value_state in ('number', 'zero', 'ambiguous')) as n_with_figure
    from {{ ref('int_named_cells') }}
    where table_key <> 'provincial'
    group by report_key, table_key
),

of_form as (
    select
        report_key,
        sum(n_cells) as n_cells,
        sum(n_printed) as n_printed,
        sum(n_blank) as n_blank,
        sum(n_ambiguous) as n_ambiguous,
        sum(n_with_figure) as n_with_figure,
        count(*) filter (where n_printed > 0) as n_printed_tables,
        count(*) filter (where n_printed > 0 and n_with_figure = 0) as n_blank_tables
    from of_table
    group by report_key
),

of_rules as (
    select
        report_no,
        count(*) as n_rules,
        count(*) filter (where status <> 'not_assessable') as n_assessable,
        count(*) filter (where rule_kind = 'sum' and status <> 'not_assessable') as n_sums,
        count(*) filter (where rule_kind = 'sum' and status = 'fail') as n_sums_failed,
        count(*) filter (where rule_kind = 'year_link' and status <> 'not_assessable') as n_year_links,
        count(*) filter (where rule_kind = 'year_link' and status = 'pass') as n_year_links_passed,
        count(*) filter (where rule_kind = 'prose_link' and status <> 'not_assessable') as n_prose_links,
        count(*) filter (where rule_kind = 'prose_link' and status = 'pass') as n_prose_links_passed
    from rule_results
    group by report_no
),

of_report as (
    select
        reports.report_key,
        date_diff('day', make_date(reports.report_year + 1, 1, 1), reports.published_on) + 1 as publication_delay_days,
        of_form.* exclude (report_key),  -- noqa: RF02
        of_rules.* exclude (report_no),  -- noqa: RF02
        fees.amount_yuan as fees_yuan,
        procurement.amount_yuan as procurement_yuan,
        case when reports.form_version = 'none' then 'absent' else 'not_in_form' end as state_without_form,
        case when fees.amount is not null then 'unit_unknown' else fees.amount_state end as fees_state,
        case when procurement.amount is not null then 'unit_unknown' else procurement.amount_state end
            as procurement_state
    from reports
    left join of_form on reports.report_key = of_form.report_key
    left join of_rules on reports.report_no = of_rules.report_no
    left join fees on reports.report_key = fees.report_key
    left join procurement on reports.report_key = procurement.report_key
),

-- One list a report, taken apart: the report's row is read once.
listed as (
    select
        report_key,
        unnest([
            {% for quantity, value, state in of_whole_report -%}
            {
                quantity: '{{ quantity }}',
                value: cast({{ value }} as double),
                state: {{ state }}
            }{{ ',' if not loop.last }}
            {% endfor %}
        ]) as entry
    from of_report
),

quantities as (
    select
        report_key,
        'report.' || entry.quantity as quantity,
        entry.value,
        entry.state
    from listed
    union all
    select
        report_key,
        'report.zero_' || activity as quantity,
        case status when 'zero' then 1 when 'active' then 0 end as value,
        status as state
    from activity_status
    union all
    select
        report_key,
        'prose.' || quantity as quantity,
        case when not is_approximate then value end as value,
        case when value is not null and is_approximate then 'approximate' else value_state end as state
    from prose
)

select
    quantities.report_key,
    reports.body_key,
    reports.report_year,
    quantities.quantity,
    quantities.value,
    case
        when quantities.value = 0 then 'zero'
        when quantities.value is not null then 'number'
        else quantities.state
    end as value_state
from quantities
inner join reports on quantities.report_key = reports.report_key
