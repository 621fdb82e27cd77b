{%- set t2 = [
    ('regulation', ['made', 'newly_disclosed', 'total_disclosed', 'issued', 'repealed', 'in_force']),
    ('normative_document', ['made', 'newly_disclosed', 'total_disclosed', 'issued', 'repealed', 'in_force']),
    ('permit', ['last_year_items', 'change', 'decisions']),
    ('other_service', ['last_year_items', 'change', 'decisions']),
    ('penalty', ['last_year_items', 'change', 'decisions']),
    ('compulsory_measure', ['last_year_items', 'change', 'decisions']),
    ('fee', ['last_year_items', 'change', 'amount']),
] -%}
{%- set t3 = [
    'new', 'carried_in', 'granted', 'partial', 'denied_state_secret', 'denied_law_forbidden',
    'denied_security_or_stability', 'denied_third_party', 'denied_internal_affairs', 'denied_process',
    'denied_enforcement_file', 'denied_admin_query', 'unable_not_held', 'unable_needs_creation', 'unable_unclear',
    'not_processed_petition', 'not_processed_repeat', 'not_processed_publication', 'not_processed_massive',
    'not_processed_confirm', 'other', 'other_no_correction', 'other_fee_unpaid', 'other_other', 'total_results',
    'carried_out',
] -%}
{%- set routes = ['review', 'suit_direct', 'suit_after_review'] -%}
{%- set results = ['upheld', 'corrected', 'other', 'pending', 'total'] -%}
{%- set channels = ['website', 'wechat', 'weibo', 'gazette', 'other'] -%}
{%- set activities = [
    'regulatory_documents', 'permits', 'enforcement', 'fees', 'procurement', 'applications', 'disputes', 'disclosure',
    'whole_report',
] -%}
{%- set slots = [] -%}
{%- for row, measures in t2 -%}
{%- for measure in measures -%}
{%- set _ = slots.append(('t2', row, measure, row ~ '_' ~ measure)) -%}
{%- endfor -%}
{%- endfor -%}
{%- for row in t3 -%}
{%- set _ = slots.append(('t3', row, 'total', 'applications_' ~ row)) -%}
{%- endfor -%}
{%- for route in routes -%}
{%- for result in results -%}
{%- set _ = slots.append(('t4', '', route ~ '_' ~ result, route ~ '_' ~ result)) -%}
{%- endfor -%}
{%- endfor -%}
with reports as (
    select * from {{ ref('dim_report') }}
    where is_current
),

bodies as (
    select * from {{ ref('dim_body') }}
),

-- The cells that have a column of their own, numbered: a number is compared faster than three keys.
columns_of_cells (table_key, row_key, column_key, slot) as (
    values
    {% for table_key, row_key, column_key, name in slots -%}
    ('{{ table_key }}', '{{ row_key }}', '{{ column_key }}', {{ loop.index }}){{ ',' if not loop.last }}
    {% endfor %}
),

picked as (
    select
        cells.report_key,
        cells.value,
        columns_of_cells.slot
    from {{ ref('fct_reported_cell') }} as cells
    inner join columns_of_cells
        on
            cells.table_key = columns_of_cells.table_key
            and cells.column_key = columns_of_cells.column_key
            and case when cells.table_key = 't4' then '' else cells.row_key end = columns_of_cells.row_key
    where cells.value is not null
),

-- A report has one value a cell, so that max() only picks it: a null stays null. No filter clauses: for each of them
-- DuckDB cuts out the rows of all ninety.
cells as (
    select
        report_key,
    {% for table_key, row_key, column_key, name in slots -%}
    max(case when slot = {{ loop.index }} then value end) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
    from picked
    group by report_key
),

counted as (
    select
        report_key,
        count(*) as n_cells,
        count(*) filter (where value_state = 'blank') as n_blank_cells,
        count(*) filter (where value_state = 'ambiguous') as n_ambiguous_cells,
        count(*) filter (where value_state = 'absent') as n_absent_cells,
        count(*) filter (where value_basis = 'corrected') as n_corrected_cells
    from {{ ref('fct_reported_cell') }}
    group by report_key
),

volumes as (
    select
        report_key,
        max(value) filter (where subject = 'all_information' and source = 'table') as all_information_disclosed,
        max(value) filter (where subject = 'all_information' and source = 'prose')
            as all_information_disclosed_in_prose,
    {% for channel in channels -%}
    max(value) filter (where subject = 'channel:{{ channel }}' and source = 'table')
        as channel_{{ channel }}{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('fct_disclosure_volume') }}
    where measure = 'disclosed'
    group by report_key
),

procurement as (
    select * from {{ ref('fct_procurement') }}
),

statuses as (
    select
        report_key,
    {% for activity in activities -%}
    max(status) filter (where activity = '{{ activity }}') as {{ activity }}_status{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('fct_zero_activity') }}
    group by report_key
),

findings as (
    select
        report_key,
        count(*) filter (where severity = 'error') as n_error_findings,
        count(*) filter (where severity = 'warning') as n_warning_findings
    from {{ ref('fct_finding') }}
    where report_key is not null
    group by report_key
)

select
    reports.body_key,
    reports.report_year,
    reports.report_key,
    bodies.body_name,
    bodies.unit_name,
    bodies.printed_parent,
    bodies.body_type,
    bodies.division_code,
    bodies.is_government,
    bodies.province_name,
    bodies.prefecture_name,
    bodies.county_name,
    bodies.resolution,
    reports.form_version,
    reports.published_on,
    {% for row, measures in t2 -%}
    {% for measure in measures -%}
    cells.{{ row }}_{{ measure }},
    {% endfor -%}
    {% endfor -%}
    procurement.project_count as procurement_project_count,
    procurement.amount_yuan as procurement_amount_yuan,
    procurement.unit_basis as procurement_unit_basis,
    {% for row in t3 -%}
    cells.applications_{{ row }},
    {% endfor -%}
    {% for route in routes -%}
    {% for result in results -%}
    cells.{{ route }}_{{ result }},
    {% endfor -%}
    {% endfor -%}
    volumes.all_information_disclosed,
    volumes.all_information_disclosed_in_prose,
    {% for channel in channels -%}
    volumes.channel_{{ channel }},
    {% endfor -%}
    {% for activity in activities -%}
    statuses.{{ activity }}_status,
    {% endfor -%}
    coalesce(counted.n_cells, 0) as n_cells,
    coalesce(counted.n_blank_cells, 0) as n_blank_cells,
    coalesce(counted.n_ambiguous_cells, 0) as n_ambiguous_cells,
    coalesce(counted.n_absent_cells, 0) as n_absent_cells,
    coalesce(counted.n_corrected_cells, 0) as n_corrected_cells,
    coalesce(findings.n_error_findings, 0) as n_error_findings,
    coalesce(findings.n_warning_findings, 0) as n_warning_findings
from reports
inner join bodies on reports.body_key = bodies.body_key
left join cells on reports.report_key = cells.report_key
left join counted on reports.report_key = counted.report_key
left join volumes on reports.report_key = volumes.report_key
left join procurement on reports.report_key = procurement.report_key
left join statuses on reports.report_key = statuses.report_key
left join findings on reports.report_key = findings.report_key
