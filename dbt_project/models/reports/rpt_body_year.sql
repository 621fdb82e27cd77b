{%- set t2 = [
    ('regulation', ['made', 'newly_disclosed', 'total_disclosed', 'issued', 'repealed', 'in_force']),
    ('normative_document', ['made', 'newly_disclosed', 'total_disclosed', 'issued', 'repealed', 'in_force']),
    ('permit', ['last_year_items', 'change', 'decisions']),
    ('other_service', ['last_year_items', 'change', 'decisions']),
    ('penalty', ['last_year_items', 'change', 'decisions']),
    ('compulsory_measure', ['last_year_items', 'change', 'decisions']),
    ('fee', ['last_year_items', 'change']),
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
    select
        reports.*,
        numbers.report_no
    from {{ ref('dim_report') }} as reports
    inner join {{ ref('int_report_numbers') }} as numbers on reports.report_key = numbers.report_key
    where reports.is_current
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

slots_of_cells as (
    select
        form_cells.cell_no,
        columns_of_cells.slot
    from {{ ref('int_form_cells') }} as form_cells
    inner join columns_of_cells
        on
            form_cells.table_key = columns_of_cells.table_key
            and form_cells.column_key = columns_of_cells.column_key
            and case when form_cells.table_key = 't4' then '' else form_cells.row_key end = columns_of_cells.row_key
),

picked as (
    select
        packed.report_no,
        packed.value,
        slots_of_cells.slot
    from {{ ref('int_packed_cells') }} as packed
    inner join slots_of_cells on packed.cell_no = slots_of_cells.cell_no
    where packed.value is not null
),

-- A report has one value a cell, so that max() only picks it: a null stays null. No filter clauses: for each of them
-- DuckDB cuts out the rows of all ninety.
cells as (
    select
        report_no,
    {% for table_key, row_key, column_key, name in slots -%}
    max(case when slot = {{ loop.index }} then value end) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
    from picked
    group by report_no
),

-- In the unit of the form, ten thousand yuan, whatever a cell or a header prints.
fees as (
    select
        packed.report_no,
        case
            when packed.value = 0 then 0
            when words.word = 'yuan' then packed.value / 10000
            when words.word = 'wan_yuan' then packed.value
            when words.word = 'yi_yuan' then packed.value * 10000
        end as fee_amount
    from {{ ref('int_packed_cells') }} as packed
    inner join {{ ref('int_form_cells') }} as form_cells on packed.cell_no = form_cells.cell_no
    left join {{ ref('int_cell_words') }} as words on packed.printed_unit_no = words.word_no
    where form_cells.table_key = 't2' and form_cells.row_key = 'fee' and form_cells.column_key = 'amount'
),

counted as (
    select
        report_no,
        cast(sum(n_cells) as bigint) as n_cells,
        {% for state in ['blank', 'ambiguous', 'absent'] -%}
        cast(sum(case when value_state = '{{ state }}' then n_cells else 0 end) as bigint) as n_{{ state }}_cells,
        {% endfor -%}
        cast(sum(case when value_basis = 'corrected' then n_cells else 0 end) as bigint) as n_corrected_cells
    from {{ ref('int_cell_states') }}
    group by report_no
),

volumes as (
    select
        report_key,
        max(value) filter (where subject = 'all_information' and source = 'table') as all_information_disclosed,
        max(value) filter (where subject = 'all_information' and source = 'prose' and not is_approximate)
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
        packed.report_no,
    {% for activity in activities -%}
    max(case when activities.activity = '{{ activity }}' then packed.status end)
        as {{ activity }}_status{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('int_activity_status') }} as packed
    inner join {{ ref('int_activity_numbers') }} as activities on packed.activity_no = activities.activity_no
    group by packed.report_no
),

found as (
    select
        packed.report_no,
        messages.severity
    from {{ ref('int_rule_findings') }} as packed
    inner join {{ ref('int_rule_messages') }} as messages
        on packed.result_no = messages.result_no and packed.cell_no = messages.cell_no
    union all
    select
        numbers.report_no,
        others.severity
    from {{ ref('int_other_findings') }} as others
    inner join {{ ref('int_report_numbers') }} as numbers on others.report_key = numbers.report_key
),

findings as (
    select
        report_no,
        count(*) filter (where severity = 'error') as n_error_findings,
        count(*) filter (where severity = 'warning') as n_warning_findings
    from found
    group by report_no
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
    fees.fee_amount,
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
    cast(statuses.{{ activity }}_status as varchar) as {{ activity }}_status,
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
left join cells on reports.report_no = cells.report_no
left join fees on reports.report_no = fees.report_no
left join counted on reports.report_no = counted.report_no
left join volumes on reports.report_key = volumes.report_key
left join procurement on reports.report_key = procurement.report_key
left join statuses on reports.report_no = statuses.report_no
left join findings on reports.report_no = findings.report_no
