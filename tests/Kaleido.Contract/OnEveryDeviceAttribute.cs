using System.Reflection;
using Xunit.Sdk;

namespace Kaleido.Contract;

/// <summary>Runs a theory once for each device of <see cref="Devices"/>; its first argument is the device's name.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnEveryDeviceAttribute : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => Devices.Names.Select(name => new object[] { name });
}
