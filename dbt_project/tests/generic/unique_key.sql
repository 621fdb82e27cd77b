{# The grain holds: no two rows share these columns (nulls count as one value). Where rows are kept as numbers in
   ascending order (`packed`, by `ascending`), each key is above that of the row before it: one look at the table, where two hundred
   million keys would have to be held in memory to be counted. #}
{% test unique_key(model, columns, packed=none, ascending=none) %}
{%- if packed is none %}
    select {{ columns | join(', ') }}
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
    {%- else %}
    with keys as (
        select
            {% for number in ascending -%}
                {{ number }} as number_{{ loop.index }},
                lag({{ number }}) over () as before_{{ loop.index }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ packed }}
    )

    select *
    from keys
    where not (
        {% for number in ascending -%}
            {% set place = loop.index -%}
            ({% for equal in range(1, place) %}number_{{ equal }} = before_{{ equal }} and {% endfor -%}
            number_{{ place }} > before_{{ place }}){{ ' or ' if not loop.last }}
        {%- endfor %}
    )
    {%- endif %}
{% endtest %}
